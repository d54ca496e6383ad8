"""The days on which guests checked in."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from points_app.db import db


class CheckIn(db.Model):  # type: ignore[name-defined]
    """A guest's check-in on a day of the shop: one a day, by the primary key."""

    __tablename__ = "check_ins"
    __table_args__ = (CheckConstraint("consecutive_days > 0", name="consecutive_days_positive"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    consecutive_days: Mapped[int]
    points: Mapped[int]
