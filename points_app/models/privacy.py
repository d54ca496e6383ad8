"""The keys this database is written with, by their fingerprints."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import UtcDateTime, ascii_code


class EncryptionKey(Model):
    """A key that sealed or signed something here. `key_id` is derived from it and tells nothing of
    it; `retired_at` is when the last value it sealed was sealed with another one."""

    __tablename__ = "encryption_keys"

    key_id: Mapped[str] = mapped_column(ascii_code(8), primary_key=True)
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
