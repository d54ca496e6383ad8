"""Receipts as guests see them."""

from typing import Annotated, get_args

from typing_extensions import TypedDict

from points_app.models.receipts import MatchStatus, ProcessingStatus, Receipt, ReviewStatus
from points_app.reading.confidence import Confidence
from points_app.reading.facts import text_of
from points_app.reading.kind_words import DocumentKind
from points_app.reading.result import Reading
from points_app.wire.formats import iso, iso_or_none, number_or_none
from points_app.wire.paging import Listed
from points_app.wire.values import one_of


class UploadAnswer(TypedDict):
    upload_id: str
    """The upload's id."""
    image_url: str
    """Shows the picture for ten minutes."""
    input_amount: float | None
    """Yuan that the guest typed; null when nothing was."""
    recognized_amount: float | None
    """Yuan that were read; null when nothing was read, or not yet."""
    points_awarded: int
    """Points that are proposed while it is pending, paid once approved, 0 once rejected."""
    match_status: Annotated[str, one_of(*MatchStatus)]
    """Whether both amounts agree within half a yuan; unclear while one is missing."""
    review_status: Annotated[str, one_of(*ReviewStatus)]
    """What was decided; pending until then."""
    processing_status: Annotated[str, one_of("queued", "done", "failed")]
    """Whether it has been read: queued is not yet, failed is unreadable."""


class UploadRecord(UploadAnswer):
    review_reason: str | None
    """The reviewer's reason; null until decided, and without one."""
    review_time: str | None
    """When it was decided (UTC); null until then."""
    upload_time: str
    """When it was handed in (UTC)."""
    can_appeal: bool
    """True for a rejected receipt until its one appeal, or until its picture is deleted."""
    appeal_reason: str | None
    """What the guest wrote to appeal; null without an appeal."""


class UploadRecords(Listed):
    records: list[UploadRecord]
    """The receipts of this page, newest first."""


class QuickReading(TypedDict):
    recognized_amount: float | None
    """Yuan that were read; null when nothing was read."""
    confidence: Annotated[str, one_of(*get_args(Confidence))] | None
    """How sure `recognized_amount` is; null when none was read."""
    document_kind: Annotated[str, one_of(*get_args(DocumentKind))]
    """What paper it is."""
    merchant_name: str | None
    """The shop's name as printed; null when it was not read."""
    receipt_time: str | None
    """The time printed, by the shop's clock and without a zone, or only the date; null when it was
    not read."""
    receipt_number: str | None
    """The number printed; null when it was not read."""


def upload_answer(receipt: Receipt, image_url: str) -> UploadAnswer:
    """Clients know `queued`, `done` and `failed`: to them a receipt being read still queues."""
    status = receipt.processing_status
    return {
        "upload_id": receipt.upload_id,
        "image_url": image_url,
        "input_amount": number_or_none(receipt.input_amount),
        "recognized_amount": number_or_none(receipt.recognized_amount),
        "points_awarded": receipt.points_awarded,
        "match_status": receipt.match_status,
        "review_status": receipt.review_status,
        "processing_status": (
            ProcessingStatus.QUEUED if status == ProcessingStatus.PROCESSING else status
        ),
    }


def upload_record(receipt: Receipt, image_url: str) -> UploadRecord:
    return {
        **upload_answer(receipt, image_url),
        "review_reason": receipt.review_reason,
        "review_time": iso_or_none(receipt.review_time),
        "upload_time": iso(receipt.upload_time),
        "can_appeal": (
            receipt.review_status == ReviewStatus.REJECTED
            and receipt.appealed_at is None
            and receipt.picture_deleted_at is None
        ),
        "appeal_reason": receipt.appeal_reason,
    }


def quick_reading(reading: Reading) -> QuickReading:
    return {
        "recognized_amount": number_or_none(reading.amount),
        "confidence": reading.amount_confidence,
        "document_kind": reading.document.kind,
        "merchant_name": text_of(reading.merchant_name),
        "receipt_time": text_of(reading.receipt_time),
        "receipt_number": text_of(reading.receipt_number),
    }
