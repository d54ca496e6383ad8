"""One consistent view of the whole database."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from points_app.database.session import db


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile.

    It holds nobody up and has no time limit for a query. On MySQL a REPEATABLE READ transaction
    whose view is taken at once (MySQL manual 13.3.1), on SQLite WAL's own.
    """
    is_mysql = db.engine.dialect.name != "sqlite"
    options = dict(current_app.config["SQLALCHEMY_ENGINE_OPTIONS"])
    arguments = options["connect_args"] | ({"read_timeout": None} if is_mysql else {})
    engine = create_engine(db.engine.url, poolclass=NullPool, connect_args=arguments)
    if is_mysql:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" if is_mysql else "BEGIN"
            )
            yield connection
    finally:
        engine.dispose()
