"""Forgetting a guest: what names them goes, what the books need stays under their number.

The ledger, draws, orders and decisions keep the user id, which then leads to nobody. What waits for
a decision is closed; goods and prizes that were paid for can still be collected with their codes.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, delete, func, select, update

from points_app.database.errors import TryAgain
from points_app.database.session import execute, transactional, utcnow
from points_app.errors.accounts import UserGone
from points_app.models.accounts import ApplicationStatus, MerchantApplication, User, UserStatus
from points_app.models.exchange import Order, OrderStatus
from points_app.models.lottery import ClaimStatus, Draw
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services import locks
from points_app.services.accounts import applications, revocations, sessions
from points_app.services.audit import trail
from points_app.services.privacy import forgetting, retention
from points_app.services.receipts import review

Document = TypeVar("Document", Order, MerchantApplication, Receipt)

CLOSED = "账号已注销，自动关闭"
BATCH = 200
PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left: orders and prizes not handed over yet, whose codes work on, and pictures the
    storage did not delete yet."""

    open_orders: int
    open_prizes: int
    pictures_left: int


def erase(user_id: int, actor_id: int | None = None) -> Erased:
    """Forget a guest, end their sessions, close what waits, delete their pictures. May be repeated.

    Shut out first: then only requests already under way can open anything, and those are met by the
    locks of `_close`. Pictures that storage will not delete now are deleted by the worker later.
    Raises UserGone; TryAgain when the account is written to for longer than a ban takes.
    """
    _shut_out(user_id)
    open_orders, open_prizes = _close_at_last(user_id, actor_id)
    _forget_traces([user_id])
    return Erased(open_orders, open_prizes, delete_pictures(user_id))


@transactional
def _shut_out(user_id: int) -> None:
    """Ban, and end every session. Locks the phone's code, as a login does, then the user."""
    forgetting.forget_code(user_id)
    if locks.wallet(user_id) is None:
        raise UserGone
    mine = update(User).where(User.user_id == user_id)
    shut = {"status": UserStatus.BANNED.value, "is_merchant": False, "is_admin": False}
    execute(mine.values(**shut, updated_at=utcnow()))
    sessions.revoke_all(user_id)


def _close_at_last(user_id: int, actor_id: int | None) -> tuple[int, int]:
    """`_close`, which begins anew while requests under way open something. Every process refuses
    new ones as soon as it knows of the ban. Raises TryAgain."""
    until = time.monotonic() + revocations.REACHES_SECONDS + 1
    while True:
        try:
            return _close(user_id, actor_id)
        except TryAgain:
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)


@transactional
def _close(user_id: int, actor_id: int | None) -> tuple[int, int]:
    """Close and pseudonymise in one step. Locks the orders, applications and receipts, then the
    wallet.

    Nothing is booked to the account from here on (services/points/wallet.py), and nothing opened
    for it: whoever would locks the wallet too. Returns the open orders and prizes.
    """
    orders = locks.documents(_all_of(Order, user_id))
    waiting = locks.documents(_all_of(MerchantApplication, user_id))
    uploads = locks.documents(_all_of(Receipt, user_id))
    user = locks.user(user_id)
    assert user is not None
    _check_complete(user_id, orders, waiting, uploads)
    for application in waiting:
        if application.status == ApplicationStatus.PENDING:
            applications.close(application, None, approve=False, reason=CLOSED)
    for receipt in uploads:
        if receipt.review_status == ReviewStatus.PENDING:
            review.close_unpaid(receipt, CLOSED)
    forgetting.forget_account(user, uploads)
    if orders:
        forgetting.forget_orders(user_id)
    forgetting.forget_applications(waiting)
    if uploads:
        forgetting.forget_receipts(user_id)
    trail.record(actor_id, "user.erase", f"user:{user_id}", {})
    return _uncollected(user_id)


def _all_of(model: type[Document], user_id: int) -> Select[Document]:
    """A guest's documents of one kind, by ascending ids."""
    mine = model.__table__.c.user_id == user_id
    return select(model).where(mine).order_by(*model.__table__.primary_key)


def _check_complete(user_id: int, *found: Sequence[Any]) -> None:
    """What a request under way added before the wallet was locked is closed too, at the next try.
    Raises TryAgain."""
    models: tuple[Any, ...] = (Order, MerchantApplication, Receipt)
    for model, rows in zip(models, found, strict=True):
        count = select(func.count()).select_from(model).where(model.user_id == user_id)
        if execute(count).scalar_one() != len(rows):
            raise TryAgain


def _uncollected(user_id: int) -> tuple[int, int]:
    """How many orders and prizes are not handed over yet."""
    waiting = Order.status.in_([OrderStatus.PENDING, OrderStatus.SHIPPED])
    orders = select(func.count()).select_from(Order).where(Order.user_id == user_id, waiting)
    unclaimed = (Draw.user_id == user_id, Draw.status == ClaimStatus.PENDING.value)
    prizes = select(func.count()).select_from(Draw).where(*unclaimed)
    return execute(orders).scalar_one(), execute(prizes).scalar_one()


@transactional
def _forget_traces(user_ids: Sequence[int]) -> None:
    """Rows that only say what the guest did. In a transaction of its own: a request under way holds
    the row of its key while it waits for the wallet, which `_close` holds. It is refused there, and
    the row of its key is rolled back."""
    for model in forgetting.TRACES:
        table = model.__table__
        execute(delete(table).where(table.c.user_id.in_(user_ids)))


def clear_remains() -> None:
    """What an erasure could not reach: traces of requests that were under way, things left open by
    one that was interrupted, pictures that storage kept. For the worker, now and then."""
    erased = select(User.user_id).where(User.erased_at.is_not(None))
    for model in forgetting.TRACES:
        table = model.__table__
        left = execute(select(table.c.user_id).where(table.c.user_id.in_(erased)).distinct())
        if user_ids := list(left.scalars()):
            _forget_traces(user_ids)
    waiting = Receipt.review_status == ReviewStatus.PENDING.value
    still_open = select(Receipt.user_id).where(waiting, Receipt.user_id.in_(erased))
    for user_id in list(execute(still_open.distinct()).scalars()):
        _close(user_id, None)
    delete_pictures()


def delete_pictures(user_id: int | None = None) -> int:
    """Delete the pictures of erased guests (of one, or of all) from storage; returns how many are
    left because storage refused. A worker that stored one at the same moment is met the next time.
    """
    pending = (
        select(Receipt.review_id, Receipt.object_key)
        .join(User, User.user_id == Receipt.user_id)
        .where(User.erased_at.is_not(None), Receipt.is_stored.is_(True))
        .order_by(Receipt.review_id)
        .limit(BATCH)
    )
    if user_id is not None:
        pending = pending.where(Receipt.user_id == user_id)
    left, last = 0, 0
    while rows := execute(pending.where(Receipt.review_id > last)).all():
        deleted = [row.review_id for row in rows if retention.delete_object(row.object_key)]
        retention.mark_deleted(deleted)
        left += len(rows) - len(deleted)
        last = rows[-1].review_id
    return left
