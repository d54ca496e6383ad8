"""What the database's errors mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

# Deadlock, lock wait timeout, snapshot conflict (MariaDB): the whole transaction may run again.
RETRYABLE = {1213, 1205, 1020}
# No more connections, of the server (1040) or of this user (1203, 1226), or it shuts down.
NO_ROOM = {1040, 1053, 1203, 1226}
# A row somebody else holds, asked for with NOWAIT: MySQL 8 and MariaDB.
LOCKED = {3572, 1205}


class TryAgain(Exception):
    """What a transaction read before it locked has changed: run the whole function again."""


def error_number(error: DBAPIError) -> int | None:
    """The server's error number, None where the driver gives none (SQLite)."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def is_duplicate(error: DBAPIError) -> bool:
    """Whether a UNIQUE constraint refused the row."""
    return error_number(error) == 1062 or "UNIQUE constraint failed" in str(error.orig)


@contextmanager
def on_duplicate(refusal: Callable[[], Exception]) -> Iterator[None]:
    """Raise `refusal()` where a UNIQUE constraint refuses what is written inside: somebody else was
    faster. TryAgain stands for whoever then finds the other's row."""
    try:
        yield
    except IntegrityError as error:
        if is_duplicate(error):
            raise refusal() from None
        raise


def is_disk_full(error: DBAPIError) -> bool:
    """Whether the database has no room left to write."""
    said = str(error.orig)
    no_space = error_number(error) == 1030 and "error 28" in said
    return error_number(error) in {1021, 1114} or no_space or "disk is full" in said


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the database could not be reached, or stopped answering, or is too busy to lock, or
    is full."""
    if is_disk_full(error):
        return True
    if not isinstance(error, OperationalError):
        return bool(error.connection_invalidated)
    number = error_number(error)
    return (
        error.connection_invalidated
        or number in {*RETRYABLE, *NO_ROOM, *range(2000, 2100)}
        or ("database is locked" in str(error.orig))
    )
