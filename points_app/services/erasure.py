"""Forgetting a guest: what names them goes, what the books need stays under their number.

The ledger, draws, orders and decisions keep the user id, which then leads to nobody.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from points_app.db import db, execute, transactional, utcnow
from points_app.errors import UserGone
from points_app.extensions import parts
from points_app.models import (
    ErrorLog,
    FirstLogin,
    IdempotencyKey,
    MerchantApplication,
    Order,
    OrderStatus,
    PerformanceMetric,
    ProcessingStatus,
    Receipt,
    SmsCode,
    StagedPicture,
    User,
    UserStatus,
)
from points_app.services import audit, locks, retention, sessions

ERASED_NAME = "已注销用户"
FORGOTTEN = (ErrorLog, FirstLogin, IdempotencyKey, PerformanceMetric)
RECEIPTS = Receipt.__table__
USERS = User.__table__
BATCH = 200


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left: orders not handed over yet, and pictures the storage did not delete yet."""

    open_orders: int
    pictures_left: int


def erase(user_id: int, actor_id: int | None = None) -> Erased:
    """Forget a guest, end their sessions, delete their pictures. May be repeated.

    Pictures that storage will not delete now are deleted by the worker later. Raises UserGone.
    """
    open_orders = _pseudonymise(user_id, actor_id)
    return Erased(open_orders, delete_pictures(user_id))


@transactional
def _pseudonymise(user_id: int, actor_id: int | None) -> int:
    """Locks the phone's code, as a login does, then the user. Returns the number of open orders."""
    _forget_code(user_id)
    locks.reach(locks.Rank.WALLET, user_id)
    query = select(User).where(User.user_id == user_id).with_for_update()
    user = db.session.scalar(query.execution_options(populate_existing=True))
    if user is None:
        raise UserGone
    _forget_account(user)
    _forget_orders(user_id)
    _forget_applications(user_id)
    _forget_receipts(user_id)
    for model in FORGOTTEN:
        execute(delete(model.__table__).where(model.__table__.c.user_id == user_id))
    sessions.revoke_all(user_id)
    audit.record(actor_id, "user.erase", f"user:{user_id}", {})
    waiting = Order.status.in_([OrderStatus.PENDING, OrderStatus.SHIPPED])
    mine = select(func.count()).select_from(Order).where(Order.user_id == user_id, waiting)
    return db.session.scalar(mine) or 0


def _forget_code(user_id: int) -> None:
    index = execute(select(USERS.c.mobile_hash).where(USERS.c.user_id == user_id)).scalar()
    execute(delete(SmsCode.__table__).where(SmsCode.mobile_hash == index))


def _forget_account(user: User) -> None:
    user.mobile_hash = secrets.token_hex(32)
    user.mobile = parts.vault.seal("", user.mobile_row)
    user.nickname = ERASED_NAME
    user.avatar = user.wx_openid = user.device_info = user.last_login = None
    user.is_merchant = user.is_admin = user.welcome_held = False
    user.status = UserStatus.BANNED
    user.erased_at = user.erased_at or utcnow()
    db.session.flush()


def _forget_orders(user_id: int) -> None:
    orders = Order.__table__
    mine = update(orders).where(orders.c.user_id == user_id)
    execute(mine.values(delivery_info=None, remark=None))


def _forget_applications(user_id: int) -> None:
    """The decision stays, the person goes."""
    for application in db.session.scalars(
        select(MerchantApplication).where(MerchantApplication.user_id == user_id)
    ):
        application.contact_person = ERASED_NAME
        application.contact_phone = parts.vault.seal("", application.phone_row)
        application.business_license = application.business_address = application.reason = None
    db.session.flush()


def _forget_receipts(user_id: int) -> None:
    """What was read and said. Hashes stay, so that nobody can be paid for the same slip again;
    `is_stored` is set for all, so that `delete_pictures` looks for each of them."""
    mine = RECEIPTS.c.user_id == user_id
    uploads = select(RECEIPTS.c.upload_id).where(mine)
    execute(delete(StagedPicture.__table__).where(StagedPicture.upload_id.in_(uploads)))
    execute(update(RECEIPTS).where(mine).values(reading=None, appeal_reason=None, is_stored=True))
    unread = RECEIPTS.c.processing_status.in_(
        [ProcessingStatus.QUEUED.value, ProcessingStatus.PROCESSING.value]
    )
    execute(
        update(RECEIPTS)
        .where(mine, unread)
        .values(processing_status=ProcessingStatus.FAILED.value, processed_at=utcnow())
    )


def delete_pictures(user_id: int | None = None) -> int:
    """Delete the pictures of erased guests (of one, or of all) from storage; returns how many are
    left because storage refused. A worker that stored one at the same moment is met the next time.
    """
    pending = (
        select(RECEIPTS.c.review_id, RECEIPTS.c.object_key)
        .join(USERS, USERS.c.user_id == RECEIPTS.c.user_id)
        .where(USERS.c.erased_at.is_not(None), RECEIPTS.c.is_stored.is_(True))
        .order_by(RECEIPTS.c.review_id)
        .limit(BATCH)
    )
    if user_id is not None:
        pending = pending.where(RECEIPTS.c.user_id == user_id)
    left, last = 0, 0
    while rows := execute(pending.where(RECEIPTS.c.review_id > last)).all():
        deleted = [row.review_id for row in rows if retention.delete_object(row.object_key)]
        retention.mark_deleted(deleted)
        left += len(rows) - len(deleted)
        last = rows[-1].review_id
    return left
