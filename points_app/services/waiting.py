"""Waiting for somebody else's work: a list in Redis that one process fills and another waits at."""

from points_app.clients.redis import make_redis
from points_app.extensions import parts

KEPT_SECONDS = 60


def wait_for(key: str, seconds: float) -> str | None:
    """What is announced under `key`, or was a moment ago; None when nothing was within `seconds`.
    Raises redis.RedisError."""
    with make_redis(parts.settings.redis_url, timeout=seconds + 1) as patient:
        found = patient.blpop([key], timeout=seconds)
    return found[1] if found else None


def announce(key: str, text: str) -> None:
    """Wake whoever waits for `key`; the list remembers it for one who comes a moment later. Raises
    redis.RedisError."""
    with parts.redis.pipeline() as pipe:
        pipe.rpush(key, text).expire(key, KEPT_SECONDS).execute()
