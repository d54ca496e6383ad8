"""Every row lock the service takes, and the one order in which they are taken.

Two transactions that both follow the order never wait for each other in a circle. What the
database locks by itself, for a foreign key or an index, has no rank: it breaks such a circle, and
the transaction runs again. The order is checked while the service runs: a lock out of order is a
fault of the code and raises RuntimeError. A guarded UPDATE locks its row as well, and says so by
`reach`. All locks last until the transaction ends, and all functions here run in the caller's.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum, auto
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, inspect, select

from points_app.database.rows import AnyRow
from points_app.database.session import db, execute
from points_app.errors.accounts import UserGone
from points_app.models.accounts import AuthSession, SmsCode, User
from points_app.models.audit import AuditHead
from points_app.models.exchange import Product
from points_app.models.idempotency import IdempotencyKey
from points_app.models.lottery import Prize
from points_app.models.points import LedgerSeal
from points_app.models.privacy import EncryptionKey
from points_app.models.settings import SystemConfig

Model = TypeVar("Model")

# Made once: building it took a fifth of a login.
_USER_OF_PHONE = select(User).where(User.mobile_hash.in_(bindparam("indexes", expanding=True)))


class Rank(IntEnum):
    """Where a row stands in the order. Within a rank, keys ascend."""

    ENCRYPTION_KEYS = auto()
    """Which keys the database is written with."""
    PHONE = auto()
    """The login codes of a phone number."""
    KEY = auto()
    """An `Idempotency-Key` of a guest."""
    DOCUMENT = auto()
    """What is decided on: the settings, an application, an order, a receipt, a prize to claim."""
    WALLET = auto()
    """A user's row: balance, status and roles."""
    SESSION = auto()
    """A session and its tokens."""
    INVENTORY = auto()
    """A prize or a product with its stock."""
    SEAL = auto()
    """The end of the ledger's chain of seals."""
    AUDIT_HEAD = auto()
    """The end of the audit chain: a transaction's last step (services/audit/trail.py)."""


def reach(rank: Rank, *key: Any) -> None:
    """Note that the running transaction locks this row now. Raises RuntimeError out of order."""
    taken, step = db.session().info.setdefault("locks", []), (rank, key)
    if not taken or step > taken[-1]:
        taken.append(step)
    elif step not in taken:
        raise RuntimeError(f"lock order: {rank.name} {key} after {taken[-1]}")


def encryption_keys() -> Sequence[AnyRow]:
    """The keys that were ever used, the oldest first: (key_id, retired_at)."""
    reach(Rank.ENCRYPTION_KEYS)
    query = select(EncryptionKey.key_id, EncryptionKey.retired_at)
    oldest_first = query.order_by(EncryptionKey.first_used_at, EncryptionKey.key_id)
    return execute(oldest_first.with_for_update()).all()


def codes_of_phone(indexes: Sequence[str]) -> SmsCode | None:
    """The login codes of the phone with these keyed hashes, today's key's last."""
    reach(Rank.PHONE, indexes[-1])
    return _entity(select(SmsCode).where(SmsCode.mobile_hash.in_(indexes)))


def idempotency_key(user_id: int, key: str, *, wait: bool) -> AnyRow | None:
    """The row of a guest's key. Without `wait` the database refuses a row that is locked
    (`LOCKED`)."""
    reach(Rank.KEY, user_id, key)
    mine = (IdempotencyKey.user_id == user_id, IdempotencyKey.key == key)
    query = select(IdempotencyKey).where(*mine)
    return execute(query.with_for_update(nowait=not wait)).one_or_none()


def settings() -> Sequence[AnyRow]:
    """The business settings that were ever changed."""
    reach(Rank.DOCUMENT, SystemConfig.__tablename__)
    query = select(SystemConfig).order_by(SystemConfig.config_key)
    return execute(query.with_for_update()).all()


def document(query: Select[Model]) -> Model | None:
    """The document `query` finds."""
    found = documents(query)
    assert len(found) < 2
    return found[0] if found else None


def documents(query: Select[Model]) -> Sequence[Model]:
    """The documents of one table `query` finds. They are locked in the order in which it finds
    them: by ascending ids."""
    found = db.session.scalars(_current(query)).all()
    for each in found:
        state: Any = inspect(each)
        reach(Rank.DOCUMENT, state.mapper.local_table.name, *state.identity)
    return found


def wallet(user_id: int) -> AnyRow | None:
    """A user's wallet: (total_points, status, erased_at), None for an unknown user."""
    reach(Rank.WALLET, user_id)
    query = select(User.total_points, User.status, User.erased_at).where(User.user_id == user_id)
    return execute(query.with_for_update()).one_or_none()


def account(user_id: int) -> AnyRow:
    """The same for whoever opens something for the account, which must not be erased: erasing locks
    it too, so that nothing is opened behind its back. Raises UserGone."""
    row = wallet(user_id)
    if row is None or row.erased_at is not None:
        raise UserGone
    return row


def user(user_id: int) -> User | None:
    """A user with everything that is known of them."""
    reach(Rank.WALLET, user_id)
    return _entity(select(User).where(User.user_id == user_id))


def users(user_ids: Iterable[int]) -> None:
    """Several users, of whom none changes until the transaction ends."""
    for user_id in sorted(set(user_ids)):
        wallet(user_id)


def user_of_phone(indexes: Sequence[str]) -> User | None:
    """The user of the phone with these keyed hashes."""
    found = db.session.scalar(_current(_USER_OF_PHONE), {"indexes": indexes})
    if found is not None:
        reach(Rank.WALLET, found.user_id)
    return found


def session(session_id: str) -> AuthSession | None:
    """A session, which covers its tokens."""
    reach(Rank.SESSION, session_id)
    return _entity(select(AuthSession).where(AuthSession.session_id == session_id))


def prize(prize_id: int) -> AnyRow:
    """A prize, which covers its counts."""
    reach(Rank.INVENTORY, "prize", prize_id)
    query = select(Prize).where(Prize.prize_id == prize_id)
    return execute(query.with_for_update()).one()


def prizes() -> Sequence[Prize]:
    """All prizes there ever were, by ascending id."""
    found = db.session.scalars(_current(select(Prize).order_by(Prize.prize_id))).all()
    for each in found:
        reach(Rank.INVENTORY, "prize", each.prize_id)
    return found


def product(product_id: int) -> Product | None:
    """A product."""
    reach(Rank.INVENTORY, "product", product_id)
    return _entity(select(Product).where(Product.commodity_id == product_id))


def last_seal() -> AnyRow | None:
    """The last seal over the ledger."""
    reach(Rank.SEAL)
    query = select(LedgerSeal).order_by(LedgerSeal.id.desc()).limit(1)
    return execute(query.with_for_update()).one_or_none()


def audit_head() -> AnyRow | None:
    """The end of the audit chain, None before its first entry."""
    reach(Rank.AUDIT_HEAD)
    return execute(select(AuditHead).with_for_update()).one_or_none()


def _entity(query: Select[Model]) -> Model | None:
    return db.session.scalar(_current(query))


def _current(query: Select[Model]) -> Select[Model]:
    """Locked, and as it is now and not as an earlier read in this session saw it."""
    return query.with_for_update().execution_options(populate_existing=True)
