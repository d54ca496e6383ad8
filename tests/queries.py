"""Watches what is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from points_app.db import db


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that run inside the block, in an app context, on any connection."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
