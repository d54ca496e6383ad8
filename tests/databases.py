"""Databases beside the suite's own, on the same server."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@contextmanager
def empty_databases(beside: str, *names: str) -> Iterator[dict[str, str]]:
    """Makes a database of each name; their addresses by name. They are gone afterwards."""
    here = make_url(beside)
    admin = create_engine(here, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    yield {each: here.set(database=each).render_as_string(hide_password=False) for each in names}
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()
