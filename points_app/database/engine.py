"""How the database is reached: SQLAlchemy's options, and how long anybody waits for it."""

import ssl
import time
from collections.abc import Callable
from typing import Any

from flask import g, has_app_context, has_request_context
from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL, Engine, make_url

from points_app import addresses
from points_app.config import Settings
from points_app.database.dialect import LeanDialect

# A guest gets an answer within three seconds whatever the database does, but for a row that stays
# locked: it is waited for twice (points_app.database.session). The database may be found dead when
# a connection is taken from the pool and checked, and again when a new one is tried: each may take
# RESTING_SECONDS. A statement of a request may take REQUEST_SECONDS, waiting for a lock included.
RESTING_SECONDS = 1
REQUEST_SECONDS = 2.5
LOCK_WAIT_SECONDS = 2


registry.register("mysql.lean", __name__, "LeanDialect")


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options of SQLAlchemy's engine for this database."""
    # Values of a failed statement may be personal: they stay out of the exception's text.
    shared: dict[str, Any] = {"hide_parameters": True}
    if settings.is_sqlite:
        return {**shared, "connect_args": {"timeout": 15, "isolation_level": None}}
    arguments: dict[str, Any] = {
        "charset": "utf8mb4",
        "connect_timeout": RESTING_SECONDS,
        "read_timeout": RESTING_SECONDS,
        "write_timeout": RESTING_SECONDS,
        "autocommit": True,
        "init_command": (
            f"SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}"
        ),
    }
    context = _tls_context(make_url(settings.database_url))
    if context:
        arguments["ssl"] = context
    else:
        arguments["ssl_disabled"] = True  # the driver would build a context for each connection
    return {
        **shared,
        "paramstyle": "format",  # values by place, as points_app.database.statements has them
        "pool_size": settings.db_pool_size,
        "max_overflow": 0,
        "pool_timeout": REQUEST_SECONDS,
        "pool_pre_ping": True,
        "pool_recycle": 280,
        "connect_args": arguments,
    }


def database_uri(settings: Settings) -> URL:
    """The database's address as SQLAlchemy takes it: MySQL's with our dialect, and without
    `ssl-mode`, which is ours."""
    url = make_url(settings.database_url)
    if not settings.is_sqlite:
        url = url.set(drivername="mysql+lean")
    return url.difference_update_query([key for key in url.query if key in addresses.TLS_KEYS])


def _tls_context(url: URL) -> ssl.SSLContext | None:
    """One context for all connections (building one costs 44 ms), None for plain connections.

    By the names MySQL's own client knows: REQUIRED encrypts, VERIFY_CA also checks the
    certificate, VERIFY_IDENTITY its host name too; `ssl-ca` names the authority's file.
    """
    wanted = {key.replace("_", "-"): str(value) for key, value in url.query.items()}
    mode = wanted.get("ssl-mode", "DISABLED").upper()
    if mode == "DISABLED":
        return None
    context = ssl.create_default_context(cafile=wanted.get("ssl-ca"))
    context.check_hostname = mode == "VERIFY_IDENTITY"
    context.verify_mode = ssl.CERT_NONE if mode == "REQUIRED" else ssl.CERT_REQUIRED
    return context


def prepare(engine: Engine, settings: Settings, is_writing: Callable[[], bool]) -> None:
    """Install what the driver has no option for. `is_writing` says whether a transaction writes."""
    if settings.is_sqlite:
        _one_writer(engine, is_writing)
    else:
        assert isinstance(engine.dialect, LeanDialect)
        engine.dialect.is_writing = is_writing
        _read_committed(engine)
        _be_patient_where_nobody_waits(engine, settings.db_read_timeout)


def _one_writer(engine: Engine, is_writing: Callable[[], bool]) -> None:
    """One writer at a time stands in for row locks: SQLite ignores FOR UPDATE silently."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing() else "BEGIN")


def _read_committed(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _be_patient_where_nobody_waits(engine: Engine, seconds: float) -> None:
    """PyMySQL reads its timeouts before each packet, so a connection can change them: short while
    it rests in the pool, longer in a request, `seconds` in the worker and at the command line."""

    @event.listens_for(engine, "checkout")
    def taken(connection: Any, _record: Any, _proxy: Any) -> None:
        patience = REQUEST_SECONDS if somebody_waits() else seconds
        connection._read_timeout = connection._write_timeout = patience

    @event.listens_for(engine, "checkin")
    def returned(connection: Any, _record: Any) -> None:
        if connection is not None:
            connection._read_timeout = connection._write_timeout = RESTING_SECONDS
            connection.rests_since = time.monotonic()


def somebody_waits() -> bool:
    """Whether this runs for a request, and not in the worker or at the command line."""
    return has_request_context() or (has_app_context() and g.get("guest_waits", False))
