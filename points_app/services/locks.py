"""The order in which rows are locked, checked while it runs.

Document (receipt, order, application) before wallet before inventory, ids ascending within a rank:
two transactions that both follow it can never wait for each other in a circle.
"""

from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import Row, Select, select

from points_app.database.session import db, execute
from points_app.errors.accounts import UserGone
from points_app.models.accounts import User

Model = TypeVar("Model")


class Rank(IntEnum):
    """Where a row stands in the order."""

    DOCUMENT = 1
    WALLET = 2
    INVENTORY = 3


def reach(rank: Rank, key: Any) -> None:
    """Note that the running transaction locks this row now. Raises RuntimeError out of order."""
    taken = db.session().info.setdefault("locks", [])
    if (rank, key) in taken:
        return
    if taken and (rank, key) < taken[-1]:
        raise RuntimeError(f"lock order: {rank.name} {key} after {taken[-1]}")
    taken.append((rank, key))


def document(query: Select[tuple[Model]], key: Any) -> Model | None:
    """The row `query` finds, locked until the transaction ends, as it is now and not as an earlier
    read in this session saw it."""
    reach(Rank.DOCUMENT, key)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def wallet(user_id: int) -> Row[Any] | None:
    """Lock a user's wallet; (total_points, status, erased_at), None for an unknown user."""
    reach(Rank.WALLET, user_id)
    query = select(User.total_points, User.status, User.erased_at).where(User.user_id == user_id)
    return execute(query.with_for_update()).one_or_none()


def account(user_id: int) -> Row[Any]:
    """The same for whoever opens something for the account, which must not be erased: erasing locks
    it too, so that nothing is opened behind its back. Raises UserGone."""
    row = wallet(user_id)
    if row is None or row.erased_at is not None:
        raise UserGone
    return row
