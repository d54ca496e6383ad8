"""Threads that last as long as their process."""

import logging
import time
from collections.abc import Callable
from threading import Thread

from points_app.metrics import THREAD_FAILURES

log = logging.getLogger(__name__)

REST_SECONDS = 0.25


class Lasting:
    """A daemon thread that does `work` until it returns. Work that raises is logged, counted
    (`points_thread_failures_total`, on which an alert stands) and begun anew after REST_SECONDS:
    a thread that ends by an error would be missed by nobody but the guests.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name = name
        self._work = work
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start it; in the process that serves, since threads do not survive a fork."""
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait at most so long for the work to return."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            try:
                self._work()
                return
            except Exception:
                log.exception("thread_failed", extra={"work": self._name})
                THREAD_FAILURES.labels(self._name).inc()
            time.sleep(REST_SECONDS)
