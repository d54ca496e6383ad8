"""Answers already given, so that a repeated request has its effect once."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, LongText, UtcDateTime, ascii_code


class IdempotencyKey(Model):
    """One keyed request: `answer` is the envelope's bytes as text, NULL until it is known.

    Where the answer waits for something after the effect, `related_id` names what the effect made
    and `answering_until` is when to stop expecting the first request to answer.

    `user_id` is no foreign key: the check of one locks the guest's row shared, two requests of one
    guest would hold it so, and each would wait for the other to move the points.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigInt)
    key: Mapped[str] = mapped_column(ascii_code(128))
    fingerprint: Mapped[str] = mapped_column(ascii_code(64))
    answer: Mapped[str | None] = mapped_column(LongText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    related_id: Mapped[str | None] = mapped_column(ascii_code(64))
    answering_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
