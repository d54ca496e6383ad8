"""A guest's one appeal against a rejection: the receipt waits again, for another merchant."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from points_app.db import db, is_duplicate, transactional, utcnow
from points_app.errors import AppealRefused, UploadUnknown
from points_app.models import Receipt, ReviewStatus
from points_app.services import audit, locks
from points_app.services.awards import points_for
from points_app.services.business import business
from points_app.services.receipts import already_submitted


@transactional
def appeal(user_id: int, upload_id: str, reason: str) -> None:
    """Put a guest's rejected receipt back before the merchants, once.

    Locks the receipt. It claims its picture again: when the picture was sent anew since the
    rejection, that upload counts. Raises UploadUnknown, AppealRefused, ReceiptAlreadySubmitted.
    """
    own = select(Receipt).where(Receipt.upload_id == upload_id, Receipt.user_id == user_id)
    receipt = locks.document(own, upload_id)
    if receipt is None:
        raise UploadUnknown
    locks.account(user_id)
    if receipt.review_status != ReviewStatus.REJECTED or receipt.appealed_at is not None:
        raise AppealRefused(status=receipt.review_status, appealed=receipt.appealed_at is not None)
    account = {"reason": reason, "against": receipt.review_reason}
    receipt.review_status = ReviewStatus.PENDING
    receipt.review_reason = receipt.review_time = None  # kept in the history
    receipt.appeal_reason, receipt.appealed_at = reason, utcnow()
    receipt.first_approver_id = None
    receipt.points_awarded = points_for(receipt.recognized_amount, receipt.input_amount, business())
    receipt.claimed_sha256 = sha256 = receipt.sha256
    receipt.claimed_pixel_sha256 = pixel_sha256 = receipt.pixel_sha256
    try:
        db.session.flush()
    except IntegrityError as error:
        if is_duplicate(error):
            raise already_submitted(user_id, sha256, pixel_sha256) from None
        raise
    audit.record(user_id, "receipt.appeal", upload_id, account)
