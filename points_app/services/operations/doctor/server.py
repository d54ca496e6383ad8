"""The database server: room for all connections, large statements, its clock."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from points_app.database.session import (
    ENOUGH_PACKET,
    PACKET_ADVICE,
    db,
    execute,
    largest_statement,
    utcnow,
)
from points_app.extensions import parts
from points_app.services.operations.doctor.finding import Finding, failed, ok, warning

BESIDE_WEB = 4  # the worker, its child, beat, and a command
MAX_SKEW_SECONDS = 2.0


def connections() -> Iterator[Finding]:
    """What the pools of one machine may take, against what this user and the server allow."""
    if db.engine.dialect.name == "sqlite":
        yield ok("connections", "a file has no limit")
        return
    processes, pool = int(os.environ.get("WEB_CONCURRENCY") or 2), parts.settings.db_pool_size
    wanted = processes * pool + BESIDE_WEB
    server, user = execute(text("SELECT @@max_connections, @@max_user_connections")).one()
    most = min(server, user or server)
    made_of = f"{processes} web processes x DB_POOL_SIZE {pool} + {BESIDE_WEB}"
    if wanted > most:
        yield warning(
            "connections",
            f"one machine may take {wanted} ({made_of}), and {most} are allowed",
            f"{'max_user_connections' if most == user else 'max_connections'} = {wanted} or more "
            "for each machine, or a smaller DB_POOL_SIZE (and WEB_THREADS with it)",
        )
    else:
        yield ok("connections", f"{wanted} of {most} ({made_of})")


def packet() -> Iterator[Finding]:
    """Pictures wait for storage in the database: it must take them."""
    most = largest_statement()
    if most is None or most >= ENOUGH_PACKET:
        yield ok("packet", "takes every picture")
    else:
        yield warning(
            "packet",
            f"max_allowed_packet is {most}: uploads whose picture is larger are refused (5003)",
            PACKET_ADVICE,
        )


def variables(*names: str) -> dict[str, str]:
    query = text("SHOW VARIABLES WHERE Variable_name IN :names").bindparams(names=names)
    return {name: str(value) for name, value in execute(query)}


def clock() -> Iterator[Finding]:
    """Codes, tokens and links live by the clock; ours and the database's must agree."""
    if db.engine.dialect.name == "sqlite":
        yield ok("clock", "one machine, one clock")
        return
    theirs: Any = execute(text("SELECT UTC_TIMESTAMP(3)")).scalar_one()
    if isinstance(theirs, str):
        theirs = datetime.fromisoformat(theirs)
    skew = abs((theirs.replace(tzinfo=UTC) - utcnow()).total_seconds())
    if skew > MAX_SKEW_SECONDS:
        yield failed("clock", f"{skew:.1f} s from the database's", "run NTP (chrony) on both hosts")
    else:
        yield ok("clock", f"{skew:.1f} s from the database's")
