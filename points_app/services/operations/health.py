"""The state of what the service depends on."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from flask import current_app
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from points_app.clients import redis_server
from points_app.clients.storage.base import StorageError
from points_app.crypto import same
from points_app.database.session import execute
from points_app.exposition import Row
from points_app.extensions import parts
from points_app.services.privacy import keys
from points_app.threads import Lasting

log = logging.getLogger(__name__)

STORAGE_PATIENCE_SECONDS = 1.5
_ASKED = "storage_health"


def states() -> dict[str, str]:
    """{"database", "keys", "redis", "storage"}: each `ok` or what is the matter with it."""
    database = _state("database", lambda: execute(text("SELECT 1")))
    return {
        "database": database,
        "keys": _keys() if database == "ok" else "unknown",
        "redis": _redis(),
        "storage": _storage(),
    }


def can_serve(states: dict[str, str]) -> bool:
    """Whether guests get anything done. Without Redis or storage they read, draw and order; what
    they upload waits, and only logins are refused."""
    return states["database"] == "ok" and states["keys"] == "ok"


def figures() -> list[Row]:
    """For /metrics: 1 for each dependency that is well, else 0."""
    return [
        ("points_dependency_up", {"dependency": name}, float(state == "ok"))
        for name, state in states().items()
    ]


def may_read_metrics(token: str | None) -> bool:
    """Whether /metrics answers: to the token's holder, and outside production without a token."""
    expected = parts.settings.metrics_token
    if not expected:
        return not parts.settings.is_production
    return token is not None and same(token, expected)


def _keys() -> str:
    try:
        keys.ensure_checked()
    except keys.UnknownKeys as error:
        log.critical("keys_unknown", extra={"missing": error.missing})
        return "wrong"
    except keys.UNREACHABLE:
        return "unknown"
    return "ok"


def _redis() -> str:
    """A demoted master, or one whose memory or disk is full, answers and refuses to write:
    everybody who needs it waits in vain."""
    roles: list[str] = []
    state = _state("redis", lambda: roles.append(redis_server.role(parts.redis)))
    if state == "down":
        return state
    if roles != ["master"]:
        return "read-only"
    try:
        redis_server.try_to_write(parts.redis)
    except RedisError as error:
        log.warning("redis_refuses_to_write", extra={"error": type(error).__name__})
        return "read-only"
    return "ok"


def _storage() -> str:
    return _state("storage", lambda: ask_storage(STORAGE_PATIENCE_SECONDS))


def ask_storage(seconds: float) -> None:
    """Raises StorageError, TimeoutError. Storage may take half a minute to be found gone: whoever
    asks how we are does not wait so long, and one question at a time is under way."""
    asked = current_app.extensions.get(_ASKED)
    if asked is None or asked.done():
        asked = current_app.extensions[_ASKED] = _in_a_thread(parts.storage.check)
    asked.result(seconds)


def _in_a_thread(ask: Callable[[], Any]) -> Future[Any]:
    """Not a pool's: the end of the process would wait for it."""
    answer: Future[Any] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:
            answer.set_exception(error)

    Lasting("storage-health", run).start()
    return answer


def _state(name: str, probe: Callable[[], Any]) -> str:
    try:
        probe()
    except (SQLAlchemyError, RedisError, StorageError, TimeoutError) as error:
        log.warning("dependency_down", extra={"dependency": name, "error": type(error).__name__})
        return "down"
    return "ok"
