"""A thread that hands notices to Redis, so that no guest waits for it."""

import atexit
import logging
import time
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, NamedTuple

from redis import Redis, RedisError

from points_app.notices.channels import publish_resync
from points_app.threads import Lasting

log = logging.getLogger(__name__)

BATCH = 256
# Between two round trips: a lone notice leaves at once, in a rush many share one.
GATHER_SECONDS = 0.01
# A full Redis during a flash sale must not make every guest ask for everything without a pause.
RESYNC_SECONDS = 5.0
FAREWELL_SECONDS = 1.0


class Notice(NamedTuple):
    """Whom it is for, and one call on a Redis or its pipeline that publishes it; an address of
    None is told nothing when it gets lost."""

    channel: str | None
    publish: Callable[[Redis], Any]


class Publisher:
    """Sends in the order in which it is asked, what has gathered meanwhile in one round trip.

    Redis may be out of reach, or refuse what needs memory. Whom a lost notice was for is told to
    read again as soon as Redis takes that, every RESYNC_SECONDS at most.

    A process starts its thread at the first notice, hence after gunicorn's fork, and sends what is
    left when it ends.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: SimpleQueue[Notice | None] = SimpleQueue()
        self._starting = Lock()
        self._thread: Lasting | None = None
        self._owed: set[str] = set()
        self._resync_at = 0.0

    def send(self, notice: Notice) -> None:
        """Publish it soon. Never raises, never waits."""
        self._waiting.put(notice)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Lasting("notices", self._run)
                    self._thread.start()
                    atexit.register(self.close)

    def close(self) -> None:
        """Send what is waiting, within FAREWELL_SECONDS."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(FAREWELL_SECONDS)

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            batch, goes_on = self._gather()
            if batch:
                self._publish(batch)
            self._resync(is_last=not goes_on)
            time.sleep(GATHER_SECONDS)

    def _gather(self) -> tuple[list[Notice], bool]:
        """What is waiting, and whether more will come. Waits for the first, but not longer than
        until the next try to tell those that are owed something."""
        batch: list[Notice] = []
        patience = RESYNC_SECONDS if self._owed else None
        try:
            while len(batch) < BATCH:
                notice = self._waiting.get(not batch, patience)
                if notice is None:
                    return batch, False
                batch.append(notice)
        except Empty:
            return batch, True
        return batch, True

    def _publish(self, batch: list[Notice]) -> None:
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for notice in batch:
                    notice.publish(pipe)
                answers = pipe.execute(raise_on_error=False)
        except RedisError as error:
            self._lost(batch, error)
        except Exception as error:
            log.exception("a notice made no sense")
            self._lost(batch, error)
        else:
            pairs = zip(batch, answers, strict=True)
            lost = [(each, answer) for each, answer in pairs if isinstance(answer, Exception)]
            if lost:
                self._lost((notice for notice, _ in lost), lost[0][1])

    def _lost(self, notices: Iterable[Notice], error: Exception) -> None:
        channels = [notice.channel for notice in notices]
        self._owed.update(channel for channel in channels if channel is not None)
        extra = {"error": type(error).__name__, "notices": len(channels)}
        log.warning("notices_lost", extra=extra)

    def _resync(self, is_last: bool) -> None:
        """Tell those that are owed something, if it is time."""
        if not self._owed or (time.monotonic() < self._resync_at and not is_last):
            return
        self._resync_at = time.monotonic() + RESYNC_SECONDS
        try:
            publish_resync(self._redis, *self._owed)
        except RedisError:
            return  # they stay owed
        self._owed.clear()
