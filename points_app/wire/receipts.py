"""Receipts as guests and merchants see them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import TypedDict

from points_app.crypto import Vault, mask_mobile
from points_app.models import ProcessingStatus, Receipt, ReviewStatus, User
from points_app.reading import Reading
from points_app.wire import addresses
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, iso_or_none, number_or_none


class UploadAnswer(TypedDict):
    upload_id: str
    image_url: str
    input_amount: float | None
    recognized_amount: float | None
    points_awarded: int
    match_status: str
    review_status: str
    processing_status: str


class UploadRecord(UploadAnswer):
    """`can_appeal` is true for a rejected receipt until its one appeal, or its picture's end."""

    review_reason: str | None
    review_time: str | None
    upload_time: str
    can_appeal: bool
    appeal_reason: str | None


class UploadRecords(TypedDict):
    records: list[UploadRecord]
    pagination: Pagination


class Reviewee(TypedDict):
    nickname: str
    avatar: str | None
    mobile: str


class Flag(TypedDict):
    """A reason to look closely; `upload_id` is the other upload it is about, `whose` it is, and
    `state` how that one was decided; null where the paper itself is the reason: then `flag` is the
    kind of document. What is not `suspicious` is a note."""

    flag: str
    upload_id: str | None
    whose: Literal["own", "other"] | None
    state: Literal["pending", "approved", "rejected"] | None
    suspicious: bool
    message: str


class FlagWithPicture(Flag):
    image_url: str | None


class Rule(TypedDict):
    """A rule the receipt was held against; `passed` is null where it could not be judged."""

    rule: str
    passed: bool | None
    detail: str


class PendingReview(TypedDict):
    """`amount_boxes` are where the sum was read: [left, top, right, bottom] in pixels of the
    picture. `document_kind` is what paper it is (receipt, refund, void, before_payment,
    order_ticket, payment_screenshot, tax_invoice, other), null until it is read.
    `waits_for_second` after the first of two approvals; `waits_for` says whose decision
    is needed: `merchant`, `second_merchant`, `other_merchant` (an appeal: not who rejected it),
    `admin` (no merchant may, or an appeal has waited too long), null once decided."""

    review_id: int
    upload_id: str
    user_id: int
    user_info: Reviewee
    image_url: str
    input_amount: float | None
    recognized_amount: float | None
    match_status: str
    points_awarded: int
    confidence: str | None
    document_kind: str | None
    document_confidence: str | None
    merchant_name: str | None
    receipt_time: str | None
    receipt_number: str | None
    flags: list[FlagWithPicture]
    rules: list[Rule]
    amount_boxes: list[list[int]]
    appeal_reason: str | None
    waits_for_second: bool
    waits_for: Literal["merchant", "second_merchant", "other_merchant", "admin"] | None
    appealed_at: str | None
    upload_time: str


class PendingReviews(TypedDict):
    reviews: list[PendingReview]
    pagination: Pagination


class Decision(TypedDict):
    review_id: int
    upload_id: str
    status: str
    points_awarded: int
    review_reason: str | None
    review_time: str | None


class HistoryEntry(TypedDict):
    """Who did what with the receipt; `actor_id` null is the service itself: the auto-approve rule,
    or what closes a receipt that nobody can decide any more."""

    action: str
    actor_id: int | None
    details: dict[str, Any]
    created_at: str


class ReviewRecord(PendingReview):
    """Everything known about a receipt: what was typed, read, found, decided, by whom and why."""

    review_status: str
    review_reason: str | None
    review_time: str | None
    reviewer_id: int | None
    auto_review: str | None
    processing_status: str
    engine: str | None
    candidates: list[dict[str, Any]]
    lines: list[str]
    history: list[HistoryEntry]


class QuickReading(TypedDict):
    recognized_amount: float | None
    confidence: str | None
    document_kind: str
    merchant_name: str | None
    receipt_time: str | None
    receipt_number: str | None


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


@dataclass(frozen=True, slots=True)
class Around:
    """What is now true of a receipt besides its own row: `link` makes the URL of an upload's
    picture, by its upload id."""

    link: Callable[[str], str | None]
    waits_for: Any
    flags: list[Flag]
    rules: list[Rule]


def pending_review(receipt: Receipt, user: User, around: Around, vault: Vault) -> PendingReview:
    link, reading = around.link, receipt.reading or {}
    candidates, document = reading.get("candidates", []), reading.get("document", {})
    return {
        "review_id": receipt.review_id,
        "upload_id": receipt.upload_id,
        "user_id": receipt.user_id,
        "user_info": {
            "nickname": user.nickname,
            "avatar": addresses.avatar(user),
            "mobile": mask_mobile(vault.open(user.mobile, user.mobile_row)),
        },
        "image_url": link(receipt.upload_id) or "",
        "input_amount": number_or_none(receipt.input_amount),
        "recognized_amount": number_or_none(receipt.recognized_amount),
        "match_status": receipt.match_status,
        "points_awarded": receipt.points_awarded,
        "confidence": receipt.confidence,
        "document_kind": document.get("kind"),
        "document_confidence": document.get("confidence"),
        "merchant_name": receipt.merchant_name,
        "receipt_time": receipt.receipt_time,
        "receipt_number": receipt.receipt_number,
        "flags": [
            {**flag, "image_url": flag["upload_id"] and link(flag["upload_id"])}
            for flag in around.flags
        ],
        "rules": around.rules,
        "amount_boxes": candidates[0]["boxes"] if candidates else [],
        "appeal_reason": receipt.appeal_reason,
        "waits_for_second": receipt.first_approver_id is not None,
        "waits_for": around.waits_for,
        "appealed_at": iso_or_none(receipt.appealed_at),
        "upload_time": iso(receipt.upload_time),
    }


def decision(receipt: Receipt) -> Decision:
    """`review_time` is null, and the status still pending, after the first of two approvals."""
    return {
        "review_id": receipt.review_id,
        "upload_id": receipt.upload_id,
        "status": receipt.review_status,
        "points_awarded": receipt.points_awarded,
        "review_reason": receipt.review_reason,
        "review_time": iso_or_none(receipt.review_time),
    }


def review_record(receipt: Receipt, seen: PendingReview, history: Iterable[Any]) -> ReviewRecord:
    """`history` are the audit rows about the receipt, oldest first."""
    reading = receipt.reading or {}
    return {
        **seen,
        "review_status": receipt.review_status,
        "review_reason": receipt.review_reason,
        "review_time": iso_or_none(receipt.review_time),
        "reviewer_id": receipt.reviewer_id,
        "auto_review": receipt.auto_review,
        "processing_status": receipt.processing_status,
        "engine": reading.get("engine"),
        "candidates": reading.get("candidates", []),
        "lines": reading.get("lines", []),
        "history": [
            {
                "action": entry.action,
                "actor_id": entry.actor_id,
                "details": entry.details,
                "created_at": iso(entry.created_at),
            }
            for entry in history
        ],
    }


def quick_reading(reading: Reading) -> QuickReading:
    facts = (reading.merchant_name, reading.receipt_time, reading.receipt_number)
    merchant_name, receipt_time, receipt_number = (fact and fact.value for fact in facts)
    return {
        "recognized_amount": number_or_none(reading.amount),
        "confidence": reading.amount_confidence,
        "document_kind": reading.document.kind,
        "merchant_name": merchant_name,
        "receipt_time": receipt_time,
        "receipt_number": receipt_number,
    }
