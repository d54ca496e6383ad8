"""The business settings that were changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import UtcDateTime, ascii_code


class SystemConfig(Model):
    """One business setting; `config_type` says how `config_value` reads."""

    __tablename__ = "system_configs"

    config_key: Mapped[str] = mapped_column(ascii_code(64), primary_key=True)
    config_value: Mapped[str] = mapped_column(String(1000))
    config_type: Mapped[str] = mapped_column(ascii_code(16))
    description: Mapped[str] = mapped_column(String(255))
    is_public: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
