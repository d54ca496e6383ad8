"""The record of who changed or decided what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, UtcDateTime, ascii_code


class AuditEntry(Model):
    """One action of a merchant, an admin or the command line (`actor_id` NULL). Never edited.

    `hash` is over `previous_hash` and this entry's content: the entries are a chain.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor_id_id", "actor_id", "id"),
        Index("ix_audit_log_target", "target", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    action: Mapped[str] = mapped_column(ascii_code(40))
    target: Mapped[str] = mapped_column(ascii_code(80))
    details: Mapped[Any] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    previous_hash: Mapped[str] = mapped_column(ascii_code(64), unique=True)
    hash: Mapped[str] = mapped_column(ascii_code(64))


class AuditHead(Model):
    """The one row that says where the chain of audit entries ends, signed by the application."""

    __tablename__ = "audit_head"
    ID = 1

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInt)
    hash: Mapped[str] = mapped_column(ascii_code(64))
    signature: Mapped[str] = mapped_column(ascii_code(80))
