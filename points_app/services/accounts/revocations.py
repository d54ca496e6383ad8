"""Sessions that ended, as the database has them: what Redis tells at once, this tells for certain.

A ban or logout is a row that is committed before it is answered. Every web process looks at the
rows of the last minutes each WATCH_SECONDS, one indexed query, and lets go of what it remembers of
those sessions, and of their sockets. So an end is in force everywhere within REACHES_SECONDS of its
answer, also when Redis refuses writes or is cut off from whoever ended it. A process that cannot
look trusts what it remembers no longer than that.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from points_app import freshness
from points_app.database.rows import AnyRow
from points_app.database.session import after_commit, execute, utcnow
from points_app.models.accounts import AuthSession
from points_app.threads import Lasting

log = logging.getLogger(__name__)

WATCH_SECONDS = 1.5
REACHES_SECONDS = 4.0
"""A look that came to nothing may be followed by one that takes a second."""
LOOK_BACK = timedelta(minutes=2)
"""Longer than a transaction lasts and than the clocks of two hosts differ."""
SESSIONS = "sessions"
REMEMBERED_SESSIONS = 8192
_REVOKED_AT = AuthSession.__table__.c.revoked_at


class Watch:
    """Looks for ended sessions for one app in one process; `ended` is told each of them once."""

    def __init__(self, app: Flask, ended: Callable[[str], None]) -> None:
        self._app = app
        self._ended = ended
        self._told: frozenset[str] = frozenset()
        self._looked: tuple[float, datetime] = float("-inf"), utcnow()
        self._asked = Event()
        self._thread = Lasting("revocations", self._run)

    def start(self) -> None:
        """Begin, in the process that serves."""
        self._thread.start()

    def look_now(self) -> None:
        """Do not wait for the next look."""
        self._asked.set()

    def is_current(self) -> bool:
        """Whether nothing that ended more than REACHES_SECONDS ago is unknown here."""
        return time.monotonic() - self._looked[0] < REACHES_SECONDS

    def look(self) -> None:
        """Let go of what has ended since the last look, and of what may have been committed late.
        Raises SQLAlchemyError."""
        started, now = time.monotonic(), utcnow()
        with self._app.app_context():
            query = select(AuthSession.session_id)
            since = self._looked[1] - LOOK_BACK
            found = frozenset(execute(query.where(since <= _REVOKED_AT)).scalars())
            if found:
                remembered().forget(*found)
        for session_id in found - self._told:
            self._ended(session_id)
        self._told, self._looked = found, (started, now)

    def _run(self) -> None:
        while True:
            self._asked.wait(WATCH_SECONDS)
            self._asked.clear()
            try:
                self.look()
            except SQLAlchemyError as error:
                log.warning("revocations_unknown", extra={"error": type(error).__name__})


def remembered() -> freshness.Memory[AnyRow | None]:
    """What this process remembers of sessions."""
    return freshness.memory(SESSIONS, REMEMBERED_SESSIONS)


def trusted_seconds() -> float:
    """How long what is remembered of a session may be used."""
    watch: Watch | None = current_app.extensions.get("revocations")
    is_watched = watch is not None and watch.is_current()
    return freshness.FRESH_SECONDS if is_watched else REACHES_SECONDS


def announce() -> None:
    """Sessions end with the running transaction: have this process look when it is committed."""
    watch: Watch | None = current_app.extensions.get("revocations")
    if watch is not None:
        after_commit(watch.look_now)
