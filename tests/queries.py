"""Watches what is asked of the database, and how it finds the answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from points_app.database.session import db


@contextmanager
def counted_queries() -> Iterator[list[Any]]:
    """The statements, with their parameters, that run inside the block on any connection of the
    app whose context this is."""
    seen: list[Any] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def explained(
    app: Flask, call: Callable[[], Any], marker: str, which: int = 0
) -> list[dict[str, Any]]:
    """MariaDB's plan for a statement of `call`: of those that hold `marker`, the `which`."""
    with app.app_context():
        with counted_queries() as seen:
            call()
        statement = [each for each in seen if marker in each[0]][which]
        with db.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN {statement[0]}", statement[1])
            return [dict(row) for row in rows.mappings()]
