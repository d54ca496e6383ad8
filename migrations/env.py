"""Alembic's environment: the app's engine and metadata, nothing else.

Flask-Migrate's template asks for `get_engine`, which Flask-SQLAlchemy drops; this one does not.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy import String, Text

import points_app.models  # noqa: F401  (fills the metadata)
from points_app.db import db
from points_app.models.types import UtcDateTime

NAMED_TYPES = {
    "BigInteger": "columns.big_int",
    "Text": "columns.long_text",
    "LargeBinary": "columns.picture",
}


def render(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """Write our own column types by their names in `migrations.columns`."""
    name = None
    if kind == "type" and isinstance(item, UtcDateTime):
        name = "columns.utc_time"
    elif kind == "type" and getattr(item, "_variant_mapping", None):
        text = isinstance(item, String) and not isinstance(item, Text)
        name = f"columns.ascii_code({item.length})" if text else NAMED_TYPES[type(item).__name__]
    if name:
        context.imports.add("from migrations import columns")
    return name or False


options = {
    "target_metadata": db.metadata,
    "render_as_batch": db.engine.dialect.name == "sqlite",
    "render_item": render,
    "compare_type": True,
}


def run_offline() -> None:
    """Print the SQL instead of running it."""
    url = db.engine.url.render_as_string(hide_password=True)
    context.configure(url=url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run the migrations on the app's database."""
    with db.engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
