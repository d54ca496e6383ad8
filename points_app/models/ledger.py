"""The ledger: every change of a balance is one row here, and nothing ever edits a row."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from points_app.db import db, utcnow
from points_app.models.types import BigInt, UtcDateTime, ascii_code


class Source(StrEnum):
    """Why a balance changed."""

    REGISTER = "register"
    PHOTO_UPLOAD = "photo_upload"
    LOTTERY = "lottery"
    LOTTERY_WIN = "lottery_win"
    EXCHANGE = "exchange"
    EXCHANGE_REFUND = "exchange_refund"
    CHECK_IN = "check_in"
    ADMIN = "admin"


class LedgerEntry(db.Model):  # type: ignore[name-defined]
    """`points` signed; `related_id` names the business fact, which pays once (UNIQUE)."""

    __tablename__ = "points_records"
    __table_args__ = (
        UniqueConstraint("source", "related_id"),
        Index("ix_points_records_user_id_id", "user_id", "id"),
        Index("ix_points_records_user_id_created_at", "user_id", "created_at"),
        CheckConstraint("balance_after >= 0", name="balance_after_not_negative"),
        CheckConstraint(
            "(type = 'earn' AND points > 0) OR (type = 'spend' AND points < 0)",
            name="type_is_the_sign_of_points",
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    type: Mapped[str] = mapped_column(ascii_code(8))
    points: Mapped[int] = mapped_column(BigInt)
    description: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(ascii_code(20))
    balance_after: Mapped[int] = mapped_column(BigInt)
    related_id: Mapped[str] = mapped_column(ascii_code(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
