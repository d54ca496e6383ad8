"""What a command says when the database or Redis fails it: one sentence, and what to do."""

import errno
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from redis import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from points_app.database.errors import error_number, is_disk_full

NO_SUCH_TABLE = 1146


def in_words(error: DBAPIError) -> str | None:
    """A sentence about a failure that the surroundings caused; None for one of the program."""
    said = str(error.orig)
    if is_disk_full(error):
        return "the disk of the database is full: make room, then run it again"
    if error_number(error) == NO_SUCH_TABLE or "no such table" in said:
        return "the database has no tables yet, or old ones: flask --app wsgi db upgrade"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database does not answer or refuses (is its address right?): {said}"
    return None


def told_in_words(run: Callable[..., Any]) -> Callable[..., Any]:
    """A command's callback that ends with such a sentence and exit status 1; so does a folder that
    cannot be written, or a full disk."""

    @wraps(run)
    def told(*arguments: Any, **options: Any) -> Any:
        try:
            return run(*arguments, **options)
        except DBAPIError as error:
            if (words := in_words(error)) is None:
                raise
            raise click.ClickException(words) from None
        except RedisError as error:
            raise click.ClickException(f"Redis (REDIS_URL) does not answer: {error}") from None
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:
                raise
            where = f": {error.filename}" if error.filename else ""
            raise click.ClickException(f"{error.strerror}{where}") from None

    return told
