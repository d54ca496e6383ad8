"""Receipts: what a guest sent, what was read, what a merchant decided."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, false
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, Picture, UtcDateTime, ascii_code


class ReviewStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class MatchStatus(StrEnum):
    UNCLEAR = "unclear"
    MATCHED = "matched"
    MISMATCHED = "mismatched"


class ProcessingStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    DONE = "done"
    FAILED = "failed"


class AutoReview(StrEnum):
    """What the auto-approve rule did: approved, or left to a person as a sample of its work, and
    then whether that person decided as the rule would have."""

    APPROVED = "approved"
    SAMPLED = "sampled"
    AGREED = "agreed"
    OVERRULED = "overruled"


class Receipt(Model):
    """A receipt and its review. `processing_status` is the outbox of the worker.

    `claimed_sha256` (of the file) and `claimed_pixel_sha256` (of the decoded picture) repeat the
    hashes while the receipt may still pay; a rejection clears them, so that the picture can be sent
    again, and UNIQUE refuses it otherwise. `reviewer_id` is who decided; on an appealed receipt
    that waits, who rejected it. `first_approver_id` waits for a second merchant.
    """

    __tablename__ = "photo_reviews"
    __table_args__ = (
        Index("ix_photo_reviews_user_id_review_id", "user_id", "review_id"),
        Index("ix_photo_reviews_review_status", "review_status", "review_id"),
        Index("ix_photo_reviews_processing", "processing_status", "processing_deadline"),
        Index("ix_photo_reviews_reviewer_id", "reviewer_id", "review_time"),
        # A month's reviews are summed up in this index alone.
        Index(
            "ix_photo_reviews_reviewed",
            "review_time",
            "review_status",
            "points_awarded",
            "upload_time",
        ),
        Index("ix_photo_reviews_facts", "recognized_amount", "receipt_time"),
        Index("ix_photo_reviews_auto_review", "auto_review"),
        Index("ix_photo_reviews_stored", "is_stored", "review_time"),
        CheckConstraint("points_awarded >= 0", name="points_awarded_not_negative"),
        CheckConstraint(
            "review_status IN ('pending', 'approved', 'rejected')", name="review_status_known"
        ),
        CheckConstraint(
            "match_status IN ('unclear', 'matched', 'mismatched')", name="match_status_known"
        ),
        CheckConstraint(
            "auto_review IN ('approved', 'sampled', 'agreed', 'overruled')",
            name="auto_review_known",
        ),
        CheckConstraint(
            "processing_status IN ('queued', 'processing', 'done', 'failed')",
            name="processing_status_known",
        ),
    )

    review_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    upload_id: Mapped[str] = mapped_column(ascii_code(50), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    object_key: Mapped[str] = mapped_column(ascii_code(255))
    is_stored: Mapped[bool] = mapped_column(default=False)
    picture_deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(ascii_code(64), index=True)
    claimed_sha256: Mapped[str | None] = mapped_column(ascii_code(64), unique=True)
    pixel_sha256: Mapped[str] = mapped_column(ascii_code(64), index=True)
    claimed_pixel_sha256: Mapped[str | None] = mapped_column(ascii_code(64), unique=True)
    perceptual_hash: Mapped[str] = mapped_column(ascii_code(64))

    input_amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    recognized_amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    match_status: Mapped[str] = mapped_column(ascii_code(16), default=MatchStatus.UNCLEAR)
    points_awarded: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[str | None] = mapped_column(ascii_code(8))
    merchant_name: Mapped[str | None] = mapped_column(String(100))
    receipt_number: Mapped[str | None] = mapped_column(String(64), index=True)
    receipt_time: Mapped[str | None] = mapped_column(ascii_code(19), index=True)
    flags: Mapped[list[Any]] = mapped_column(JSON, default=list)
    rules: Mapped[list[Any]] = mapped_column(JSON, default=list)
    reading: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))

    processing_status: Mapped[str] = mapped_column(ascii_code(16), default=ProcessingStatus.QUEUED)
    processing_attempts: Mapped[int] = mapped_column(default=0)
    processing_deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    processed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    review_status: Mapped[str] = mapped_column(ascii_code(16), default=ReviewStatus.PENDING)
    review_reason: Mapped[str | None] = mapped_column(String(500))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    first_approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    auto_review: Mapped[str | None] = mapped_column(ascii_code(16))
    appeal_reason: Mapped[str | None] = mapped_column(String(500))
    appealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    imported: Mapped[bool] = mapped_column(default=False, server_default=false())
    upload_time: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    review_time: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StagedPicture(Model):
    """The picture's bytes, from the upload until object storage has them."""

    __tablename__ = "staged_pictures"

    upload_id: Mapped[str] = mapped_column(ForeignKey("photo_reviews.upload_id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(Picture)


class PictureBand(Model):
    """One of the nine bands of a picture hash, for finding pictures that look alike by index."""

    __tablename__ = "picture_bands"

    band_key: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    review_id: Mapped[int] = mapped_column(
        ForeignKey("photo_reviews.review_id"), primary_key=True, autoincrement=False
    )
