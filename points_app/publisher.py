"""A thread that hands notices to Redis, so that no guest waits for it."""

import atexit
import logging
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from redis import Redis, RedisError

from points_app.threads import Lasting

log = logging.getLogger(__name__)

Publish = Callable[[Redis], Any]
BATCH = 256
# Between two round trips: a lone notice leaves at once, in a rush many share one.
GATHER_SECONDS = 0.01
FAREWELL_SECONDS = 1.0


class Publisher:
    """Sends in the order in which it is asked, what has gathered meanwhile in one round trip.

    A process starts its thread at the first notice, hence after gunicorn's fork, and sends what is
    left when it ends.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: SimpleQueue[Publish | None] = SimpleQueue()
        self._starting = Lock()
        self._thread: Lasting | None = None

    def send(self, publish: Publish) -> None:
        """Call `publish` soon with a pipeline of Redis. Never raises, never waits."""
        self._waiting.put(publish)
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
        while (first := self._waiting.get()) is not None:
            batch, goes_on = self._gather(first)
            try:
                with self._redis.pipeline(transaction=False) as pipe:
                    for publish in batch:
                        publish(pipe)
                    pipe.execute()
            except RedisError as error:
                extra = {"error": type(error).__name__, "notices": len(batch)}
                log.warning("notices_lost", extra=extra)
            except Exception:
                log.exception("notices_lost")
            if not goes_on:
                return
            time.sleep(GATHER_SECONDS)

    def _gather(self, first: Publish) -> tuple[list[Publish], bool]:
        """What is waiting, `first` in front, and whether more will come."""
        batch = [first]
        while len(batch) < BATCH:
            try:
                following = self._waiting.get_nowait()
            except Empty:
                return batch, True
            if following is None:
                return batch, False
            batch.append(following)
        return batch, True
