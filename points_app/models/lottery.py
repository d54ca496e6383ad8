"""The wheel and what it gave."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, UtcDateTime, ascii_code


class PrizeStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class ClaimStatus(StrEnum):
    """Of a prize that is handed out; the others have none."""

    PENDING = "pending"
    CLAIMED = "claimed"


class PrizeType(StrEnum):
    POINTS = "points"
    COUPON = "coupon"
    PHYSICAL = "physical"
    EMPTY = "empty"


class Prize(Model):
    """A field of the wheel. `stock` -1 and the limits 0 mean: without limit."""

    __tablename__ = "lottery_settings"
    __table_args__ = (
        CheckConstraint("probability >= 0 AND probability <= 1", name="probability_in_0_1"),
        CheckConstraint("angle >= 0 AND angle <= 359", name="angle_in_circle"),
        CheckConstraint("stock >= -1", name="stock_not_negative"),
        CheckConstraint("daily_limit >= 0 AND total_limit >= 0", name="limits_not_negative"),
        CheckConstraint(
            "prize_type IN ('points', 'coupon', 'physical', 'empty')", name="prize_type_known"
        ),
        CheckConstraint("status IN ('active', 'inactive')", name="status_known"),
    )

    prize_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    prize_name: Mapped[str] = mapped_column(String(100))
    prize_type: Mapped[str] = mapped_column(ascii_code(16))
    prize_value: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    angle: Mapped[int]
    color: Mapped[str] = mapped_column(ascii_code(7))
    probability: Mapped[Decimal] = mapped_column(Numeric(6, 4))
    is_activity: Mapped[bool] = mapped_column(default=False)
    daily_limit: Mapped[int] = mapped_column(default=0)
    total_limit: Mapped[int] = mapped_column(default=0)
    stock: Mapped[int] = mapped_column(default=-1)
    sort_order: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(ascii_code(16), default=PrizeStatus.ACTIVE)


class WheelVersion(Model):
    """A change of the wheel: the newest is the one in force. None stands for 0."""

    __tablename__ = "wheel_versions"

    version: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class PrizeCount(Model):
    """How often a prize with a limit was given on a day of the shop, and (`EVER`) in all."""

    __tablename__ = "prize_counts"
    EVER = date(1970, 1, 1)

    prize_id: Mapped[int] = mapped_column(ForeignKey("lottery_settings.prize_id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    given: Mapped[int] = mapped_column(default=0)


class Draw(Model):
    """One turn of the wheel; a draw of ten is ten rows with one `draw_id`.

    `points_cost` is this turn's share, so that the sum over a draw is what it cost.
    """

    __tablename__ = "lottery_records"
    __table_args__ = (
        UniqueConstraint("draw_id", "draw_sequence"),
        Index("ix_lottery_records_user_id_id", "user_id", "id"),
        # Today's turns, and what a guest won how often, are counted in this index alone.
        Index("ix_lottery_records_counts", "user_id", "created_at", "prize_type", "prize_id"),
        CheckConstraint("points_cost >= 0", name="points_cost_not_negative"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    draw_id: Mapped[str] = mapped_column(ascii_code(50))
    draw_sequence: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    prize_id: Mapped[int] = mapped_column(ForeignKey("lottery_settings.prize_id"))
    prize_name: Mapped[str] = mapped_column(String(100))
    prize_type: Mapped[str] = mapped_column(ascii_code(16))
    prize_value: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    angle: Mapped[int]
    draw_type: Mapped[str] = mapped_column(ascii_code(16))
    is_near_miss: Mapped[bool] = mapped_column(default=False)
    points_cost: Mapped[int]
    status: Mapped[str | None] = mapped_column(ascii_code(16))
    claim_code: Mapped[str | None] = mapped_column(ascii_code(16), unique=True)
    imported: Mapped[bool] = mapped_column(default=False, server_default=false())
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
