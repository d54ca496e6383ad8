"""Who asked to become a merchant."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from points_app.db import db, utcnow
from points_app.models.types import BigInt, UtcDateTime, ascii_code


class MerchantApplication(db.Model):  # type: ignore[name-defined]
    """An application. `pending_user_id` repeats `user_id` while undecided: UNIQUE allows one.

    `contact_phone` is sealed.
    """

    __tablename__ = "merchant_applications"
    __table_args__ = (
        Index("ix_merchant_applications_status", "status", "id"),
        CheckConstraint("status IN ('pending', 'approved', 'rejected')", name="status_known"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    application_id: Mapped[str] = mapped_column(ascii_code(50), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), index=True)
    pending_user_id: Mapped[int | None] = mapped_column(BigInt, unique=True)
    business_name: Mapped[str] = mapped_column(String(100))
    contact_person: Mapped[str] = mapped_column(String(50))
    contact_phone: Mapped[str] = mapped_column(ascii_code(255))
    business_license: Mapped[str | None] = mapped_column(String(100))
    business_address: Mapped[str | None] = mapped_column(String(255))
    reason: Mapped[str | None] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(ascii_code(16), default="pending")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    decision_reason: Mapped[str | None] = mapped_column(String(500))
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def phone_row(self) -> str:
        """What the sealed phone number is bound to."""
        return f"merchant_applications.contact_phone:{self.application_id}"
