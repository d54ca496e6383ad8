"""What goes of a guest, table by table; each function in the transaction of its caller."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from points_app.database.session import db, execute, utcnow
from points_app.extensions import parts
from points_app.models.accounts import (
    Avatar,
    FirstLogin,
    MerchantApplication,
    SmsCode,
    User,
    UserStatus,
)
from points_app.models.exchange import Order
from points_app.models.idempotency import IdempotencyKey
from points_app.models.operations import ErrorLog, PerformanceMetric
from points_app.models.points import LedgerEntry
from points_app.models.receipts import ProcessingStatus, Receipt, StagedPicture
from points_app.services import locks

ERASED_NAME = "已注销用户"
# Rows that only say what the guest did.
TRACES = (Avatar, ErrorLog, FirstLogin, IdempotencyKey, PerformanceMetric)


def forget_code(user_id: int) -> None:
    """Whoever is logging in at this moment is let in before, or not at all. Locks the codes."""
    index = execute(select(User.mobile_hash).where(User.user_id == user_id)).scalar()
    if index is not None:
        locks.codes_of_phone([index])
        execute(delete(SmsCode).where(SmsCode.mobile_hash == index))


def forget_account(user: User, uploads: Sequence[Receipt]) -> None:
    """Who the guest is; the number and the balance stay. `uploads` are all of the guest's."""
    user.mobile_hash = secrets.token_hex(32)
    user.mobile = parts.vault.seal("", user.mobile_row)
    user.nickname = ERASED_NAME
    user.avatar = user.wx_openid = user.device_info = user.last_login = None
    user.is_merchant = user.is_admin = user.welcome_held = False
    user.status = UserStatus.BANNED
    user.erased_at = user.erased_at or _after_everything(user.user_id, uploads)
    db.session.flush()


def _after_everything(user_id: int, uploads: Sequence[Receipt]) -> datetime:
    """When the account counts as erased: now, or the time of its last booking or decision, if the
    clock of another host dated that later. The proof reports what is dated after the erasure."""
    booked = execute(select(func.max(LedgerEntry.created_at)).where(LedgerEntry.user_id == user_id))
    decided = [receipt.review_time for receipt in uploads]
    return max(moment for moment in (utcnow(), booked.scalar(), *decided) if moment)


def forget_orders(user_id: int) -> None:
    """Where goods were to go; the order and its pickup code stay."""
    mine = update(Order).where(Order.user_id == user_id)
    execute(mine.values(delivery_info=None, remark=None))


def forget_applications(rows: Sequence[MerchantApplication]) -> None:
    """The decision stays, the person goes."""
    for application in rows:
        application.contact_person = ERASED_NAME
        application.contact_phone = parts.vault.seal("", application.phone_row)
        application.business_license = application.business_address = application.reason = None
    db.session.flush()


def forget_receipts(user_id: int) -> None:
    """What was read and said. Hashes of what was paid stay claimed, so that nobody is paid for the
    same slip again; what was closed unpaid can be handed in anew. `is_stored` is set for all, so
    that `delete_pictures` looks for each of them."""
    mine = Receipt.user_id == user_id
    uploads = select(Receipt.upload_id).where(mine)
    execute(delete(StagedPicture).where(StagedPicture.upload_id.in_(uploads)))
    execute(update(Receipt).where(mine).values(reading=None, appeal_reason=None, is_stored=True))
    unread = Receipt.processing_status.in_(
        [ProcessingStatus.QUEUED.value, ProcessingStatus.PROCESSING.value]
    )
    execute(
        update(Receipt)
        .where(mine, unread)
        .values(processing_status=ProcessingStatus.FAILED.value, processed_at=utcnow())
    )
