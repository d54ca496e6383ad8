"""The ledger: every change of a balance is one row here; the seals over its rows; check-ins."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, LongText, UtcDateTime, ascii_code


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


class LedgerEntry(Model):
    """`points` signed; `related_id` names the business fact, which pays once (UNIQUE).

    Nothing edits a row, except that sealing it fills in `seal_id`. `mac` is the keyed hash that
    only the service can make (services/points/ledger_macs.py).
    """

    __tablename__ = "points_records"
    __table_args__ = (
        UniqueConstraint("source", "related_id"),
        Index("ix_points_records_user_id_id", "user_id", "id"),
        # A guest's sums, in all and this month, are read from this index alone.
        Index("ix_points_records_sums", "user_id", "source", "points", "created_at"),
        Index("ix_points_records_seal_id", "seal_id"),
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
    mac: Mapped[str] = mapped_column(ascii_code(48))
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_seals.id"))


class LedgerSeal(Model):
    """A batch of ledger rows and its place in the chain.

    `entries` names the rows ("1-40,42"), `digest` is the keyed hash over them, this seal and the
    digest of the one before. Ids rise by one, so that a chain cannot fork.
    """

    __tablename__ = "ledger_seals"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    previous: Mapped[str] = mapped_column(ascii_code(48))
    digest: Mapped[str] = mapped_column(ascii_code(48), unique=True)
    entries: Mapped[str] = mapped_column(LongText)
    entry_count: Mapped[int]
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ProofRun(Model):
    """What one run of `flask prove` found; the newest whole one is shown as a metric."""

    __tablename__ = "proof_runs"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    milliseconds: Mapped[int]
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows_checked: Mapped[int] = mapped_column(BigInt)
    offender_count: Mapped[int]
    verdicts: Mapped[Any] = mapped_column(JSON)


class CheckIn(Model):
    """A guest's check-in on a day of the shop: one a day, by the primary key."""

    __tablename__ = "check_ins"
    __table_args__ = (CheckConstraint("consecutive_days > 0", name="consecutive_days_positive"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    consecutive_days: Mapped[int]
    points: Mapped[int]
