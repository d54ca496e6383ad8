"""The state of what the service depends on."""

import logging
from collections.abc import Callable
from typing import Any

from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from points_app.clients.storage import StorageError
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


def _state(name: str, probe: Callable[[], Any]) -> str:
    try:
        probe()
    except (SQLAlchemyError, RedisError, StorageError) as error:
        log.warning("dependency_down", extra={"dependency": name, "error": type(error).__name__})
        return "down"
    return "ok"
