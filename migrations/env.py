"""Alembic's environment: the app's engine and metadata, nothing else.

Flask-Migrate's template asks for `get_engine`, which Flask-SQLAlchemy drops; this one does not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import click
from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, String, Text, text
from sqlalchemy.exc import DBAPIError, OperationalError

import points_app.models  # noqa: F401  (fills the metadata)
from points_app.cli.failures import in_words
from points_app.database.session import db
from points_app.models.column_types import UtcDateTime

BUSY = "another program is migrating this database: wait until it has ended"
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
    """Run the migrations on the app's database, and say which; one program at a time."""
    with db.engine.connect() as connection:
        applied: list[str] = []
        context.configure(connection=connection, on_version_apply=_teller(applied), **options)
        command = context.get_context()._migrations_fn.__name__  # upgrade, downgrade, ...
        with _alone(connection), context.begin_transaction():
            context.run_migrations()
        if command == "upgrade" and not applied:
            at = context.get_context().get_current_revision()
            click.echo(f"the database is at {at}: nothing to do")


def _teller(applied: list[str]) -> Callable[..., None]:
    """Says each step when it is done."""

    def tell(step: Any, **_: Any) -> None:
        applied.append(step.up_revision_id)
        before = ", ".join(step.source_revision_ids) or "nothing"
        after = ", ".join(step.destination_revision_ids) or "nothing"
        click.echo(f"{before} -> {after}: {step.up_revision.doc}")

    return tell


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Refuse to run beside another migration of this database, which would fail half-way: tables
    are made outside transactions (MySQL manual 15.3.3)."""
    if db.engine.dialect.name == "sqlite":
        try:
            yield
        except OperationalError as error:
            raise CommandError(BUSY) if "locked" in str(error.orig) else error from None
        return
    driver: Any = connection.connection.dbapi_connection
    driver._read_timeout = driver._write_timeout = None  # a large table takes what it takes
    name = {"name": f"migrations of {connection.engine.url.database}"[:64]}
    if not connection.execute(text("SELECT GET_LOCK(:name, 0)"), name).scalar():
        raise CommandError(BUSY)
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), name)


if context.is_offline_mode():
    run_offline()
else:
    try:
        run_online()
    except DBAPIError as error:
        raise CommandError(words) if (words := in_words(error)) else error from None
