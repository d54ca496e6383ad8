"""What clients report about themselves."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, LongText, UtcDateTime


class PerformanceMetric(Model):
    """One client's figures: times in ms, memory in MB, rates as fractions, as it sent them."""

    __tablename__ = "performance_metrics"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    api_response_time: Mapped[float | None]
    canvas_render_fps: Mapped[float | None]
    page_load_time: Mapped[float | None]
    memory_usage: Mapped[float | None]
    error_rate: Mapped[float | None]
    client_info: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)


class ErrorLog(Model):
    """One error a client saw."""

    __tablename__ = "error_logs"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    message: Mapped[str] = mapped_column(String(2048))
    stack: Mapped[str | None] = mapped_column(LongText)
    page: Mapped[str | None] = mapped_column(String(255))
    client_info: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
