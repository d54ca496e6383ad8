"""The state of what the service depends on."""

import logging
from collections.abc import Callable
from typing import Any

from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from points_app.clients.storage import StorageError
from points_app.crypto import same
from points_app.db import execute
from points_app.extensions import parts

log = logging.getLogger(__name__)


def states() -> dict[str, str]:
    """{"database", "redis", "storage"}: each `ok` or `down`."""
    return {
        "database": _state("database", lambda: execute(text("SELECT 1"))),
        "redis": _state("redis", parts.redis.ping),
        "storage": _state("storage", parts.storage.check),
    }


def may_read_metrics(token: str | None) -> bool:
    """Whether /metrics answers: to the token's holder, and outside production without a token."""
    expected = parts.settings.metrics_token
    if not expected:
        return not parts.settings.is_production
    return token is not None and same(token, expected)


def _state(name: str, probe: Callable[[], Any]) -> str:
    try:
        probe()
    except (SQLAlchemyError, RedisError, StorageError) as error:
        log.warning("dependency_down", extra={"dependency": name, "error": type(error).__name__})
        return "down"
    return "ok"
