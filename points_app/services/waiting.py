"""Waiting for somebody else's work: a list in Redis that one process fills and another waits at,
and how many requests of a process may do so."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from points_app.clients.redis import make_redis
from points_app.database.session import db
from points_app.extensions import parts

KEPT_SECONDS = 60
_rooms: dict[tuple[str, int], threading.BoundedSemaphore] = {}


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
        pipe.rpush(key, text)
        pipe.expire(key, KEPT_SECONDS)
        pipe.execute()


@contextmanager
def place(lane: Literal["uploads", "previews"]) -> Iterator[bool]:
    """A place among the requests of this process that may wait for a worker; False when all are
    taken. Gives the database connection back: one that waits holds none.

    Each lane has at most half of the threads, both together three quarters: neither can shut the
    other out, and somebody always serves.
    """
    db.session.rollback()
    threads = parts.settings.web_threads
    with ExitStack() as places:
        rooms = _room(lane, threads // 2), _room("both", max(1, threads * 3 // 4))
        yield all(_enter(room, places) for room in rooms)


def _room(lane: str, size: int) -> threading.BoundedSemaphore:
    return _rooms.setdefault((lane, size), threading.BoundedSemaphore(size))


def _enter(room: threading.BoundedSemaphore, places: ExitStack) -> bool:
    admitted = room.acquire(blocking=False)
    if admitted:
        places.callback(room.release)
    return admitted
