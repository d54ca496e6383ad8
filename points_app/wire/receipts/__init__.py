"""Receipts, from both sides of the counter."""

from points_app.wire.receipts.reviews import (
    Around,
    Decision,
    Flag,
    PendingReview,
    PendingReviews,
    ReviewRecord,
    Rule,
    decision,
    pending_review,
    review_record,
)
from points_app.wire.receipts.uploads import (
    QuickReading,
    UploadAnswer,
    UploadRecord,
    UploadRecords,
    quick_reading,
    upload_answer,
    upload_record,
)

__all__ = [
    "Around",
    "Decision",
    "Flag",
    "PendingReview",
    "PendingReviews",
    "QuickReading",
    "ReviewRecord",
    "Rule",
    "UploadAnswer",
    "UploadRecord",
    "UploadRecords",
    "decision",
    "pending_review",
    "quick_reading",
    "review_record",
    "upload_answer",
    "upload_record",
]
