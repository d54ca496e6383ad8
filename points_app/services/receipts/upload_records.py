"""What guests see of their uploads."""

from sqlalchemy import select

from points_app.database.session import db
from points_app.errors.receipts import UploadUnknown
from points_app.models.receipts import Receipt
from points_app.services.pages import Page, page_of
from points_app.services.receipts import pictures
from points_app.wire.receipts import uploads as wire


def upload_answer(user_id: int, upload_id: str) -> wire.UploadAnswer:
    """What the upload is answered with, as far as it is known now. Raises UploadUnknown."""
    receipt = _own(user_id, upload_id)
    return wire.upload_answer(receipt, pictures.link(receipt))


def record(user_id: int, upload_id: str) -> wire.UploadRecord:
    """One of the guest's own uploads. Raises UploadUnknown."""
    receipt = _own(user_id, upload_id)
    return wire.upload_record(receipt, pictures.link(receipt))


def _own(user_id: int, upload_id: str) -> Receipt:
    query = select(Receipt).where(Receipt.upload_id == upload_id, Receipt.user_id == user_id)
    receipt = db.session.scalar(query)
    if receipt is None:
        raise UploadUnknown
    return receipt


def records(user_id: int, page: Page, status: str | None) -> wire.UploadRecords:
    """A guest's uploads, newest first; `status` is the review's."""
    query = select(Receipt).where(Receipt.user_id == user_id)
    if status:
        query = query.where(Receipt.review_status == status)
    rows, listed = page_of(query, Receipt.review_id, page)
    return {
        "records": [wire.upload_record(receipt, pictures.link(receipt)) for receipt, _ in rows],
        **listed,
    }
