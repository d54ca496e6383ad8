"""A guest's one appeal against a rejection: the receipt waits again, for another merchant.

None waits for ever. After `appeal_days` an admin may decide as well, after twice that the rejection
stands. It also stands when the picture is gone: then nobody could judge it better than the first.
"""

from typing import Any

from sqlalchemy import or_, select

from points_app.database.errors import on_duplicate
from points_app.database.session import db, execute, transactional, utcnow
from points_app.errors.receipts import AppealRefused, AppealTooLate, UploadUnknown
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services import locks
from points_app.services.audit import trail
from points_app.services.receipts import review, reviewers
from points_app.services.receipts.awards import points_for
from points_app.services.receipts.uploads import already_submitted
from points_app.services.settings.business import business

OVERDUE = "申诉逾期未处理，维持原审核结果"
PICTURE_GONE = "小票图片已到期删除，无法复核，维持原审核结果"


@transactional
def appeal(user_id: int, upload_id: str, reason: str) -> None:
    """Put a guest's rejected receipt back before the merchants, once.

    Locks the receipt. It claims its picture again: when the picture was sent anew since the
    rejection, that upload counts. Raises UploadUnknown, AppealRefused, AppealTooLate,
    ReceiptAlreadySubmitted, UserGone.
    """
    own = select(Receipt).where(Receipt.upload_id == upload_id, Receipt.user_id == user_id)
    receipt = locks.document(own)
    if receipt is None:
        raise UploadUnknown
    locks.account(user_id)
    status, appealed = receipt.review_status, receipt.appealed_at is not None
    if status != ReviewStatus.REJECTED or appealed:
        raise AppealRefused(status=status, appealed=appealed)
    if receipt.picture_deleted_at is not None:
        raise AppealTooLate(status=status, appealed=appealed)
    account = {"reason": reason, "against": receipt.review_reason}
    receipt.review_status = ReviewStatus.PENDING
    receipt.review_reason = receipt.review_time = None  # kept in the history
    receipt.appeal_reason, receipt.appealed_at = reason, utcnow()
    receipt.first_approver_id = None
    receipt.points_awarded = points_for(receipt.recognized_amount, receipt.input_amount, business())
    receipt.claimed_sha256 = sha256 = receipt.sha256
    receipt.claimed_pixel_sha256 = pixel_sha256 = receipt.pixel_sha256
    with on_duplicate(lambda: already_submitted(user_id, sha256, pixel_sha256)):
        db.session.flush()
    trail.record(user_id, "receipt.appeal", upload_id, account)


def close_stale() -> int:
    """Close the appeals that waited too long or whose picture is gone; returns how many."""
    stale = select(Receipt.upload_id).where(*_stale())
    return sum(_close(upload_id) for upload_id in list(execute(stale).scalars()))


@transactional
def _close(upload_id: str) -> bool:
    query = select(Receipt).where(Receipt.upload_id == upload_id, *_stale())
    receipt = locks.document(query)
    if receipt is None:
        return False
    gone = receipt.picture_deleted_at is not None
    review.close_unpaid(receipt, PICTURE_GONE if gone else OVERDUE)
    return True


def _stale() -> tuple[Any, ...]:
    late = Receipt.appealed_at < reviewers.appeals_until(2)
    return (
        Receipt.review_status == ReviewStatus.PENDING.value,
        Receipt.appealed_at.is_not(None),
        or_(late, Receipt.picture_deleted_at.is_not(None)),
    )
