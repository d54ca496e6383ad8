"""What became of a receipt, and everything known about it."""

from collections.abc import Iterable
from typing import Annotated, Any

from typing_extensions import TypedDict

from points_app.models.receipts import AutoReview, ProcessingStatus, Receipt, ReviewStatus
from points_app.wire.formats import iso, iso_or_none
from points_app.wire.receipts.reviews import PendingReview
from points_app.wire.values import one_of


class Decision(TypedDict):
    review_id: int
    """The review's number."""
    upload_id: str
    """The upload's id."""
    status: Annotated[str, one_of(*ReviewStatus)]
    """What was decided; still pending after the first of two approvals."""
    points_awarded: int
    """Points paid, or after the first of two approvals to be paid; 0 when rejected."""
    review_reason: str | None
    """The reason that was given; null without one, and after the first of two approvals."""
    review_time: str | None
    """When it was decided (UTC); null after the first of two approvals."""


class HistoryEntry(TypedDict):
    """Who did what with the receipt; `actor_id` null is the service itself: the auto-approve rule,
    or what closes a receipt that nobody can decide any more."""

    action: str
    """What was done, such as `review.decide`."""
    actor_id: int | None
    """The account number of who did it; null for the service itself."""
    details: dict[str, Any]
    """More about it; which fields there are depends on `action`."""
    created_at: str
    """When it was done (UTC)."""


class ReviewRecord(PendingReview):
    """Everything known about a receipt: what was typed, read, found, decided, by whom and why."""

    review_status: Annotated[str, one_of(*ReviewStatus)]
    """What was decided; pending until then."""
    review_reason: str | None
    """The reviewer's reason; null until decided, and without one."""
    review_time: str | None
    """When it was decided (UTC); null until then."""
    reviewer_id: int | None
    """The account number of who decided, on an appeal that waits of who rejected it; null until
    decided, and for the service itself."""
    auto_review: Annotated[str, one_of(*AutoReview)] | None
    """What auto-approve did: approved it, or left it to a person as a sample, and whether that
    person agreed; null when it did nothing."""
    processing_status: Annotated[str, one_of(*ProcessingStatus)]
    """Whether it has been read."""
    engine: str | None
    """The engine that read it and its models; null until it is read."""
    candidates: list[dict[str, Any]]
    """The sums that may be what was paid, likeliest first, each with its reasons and places."""
    lines: list[str]
    """The text as it was read, line by line."""
    history: list[HistoryEntry]
    """What was done with it, oldest first."""


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
