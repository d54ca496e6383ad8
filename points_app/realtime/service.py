"""The hub and the relay of one app in one process."""

import threading
from typing import Any

from flask import request
from redis import Redis, RedisError

from points_app import descriptors
from points_app.clients.redis import make_redis
from points_app.notices.channels import missed_since
from points_app.realtime.connection import Connection, Limits, Newcomer
from points_app.realtime.frames import CloseCode, text_frame
from points_app.realtime.gate import ADMISSION_KEY, Admission
from points_app.realtime.handover import Upgrade
from points_app.realtime.hub import Hub
from points_app.realtime.relay import Relay
from points_app.realtime.talk import answer, connected, resync

SUBSCRIBE_SECONDS = 0.5
# RESP 2: redis-py formats a debug line for every push message of RESP 3, wanted or not. Whatever
# bytes somebody publishes, the relay must go on. It checks its link itself.
RELAY_LINK: dict[str, Any] = {
    "protocol": 2,
    "encoding_errors": "replace",
    "health_check_interval": 0,
}


class Realtime:
    """Started by the first guest, not earlier: threads do not survive gunicorn's fork."""

    def __init__(self, redis_url: str, max_sockets: int) -> None:
        self._redis_url = redis_url
        self._max_sockets = max_sockets
        self._starting = threading.Lock()
        self._running: tuple[Hub, Relay, Redis] | None = None
        self._stopped = False

    def __len__(self) -> int:
        return len(self._running[0]) if self._running is not None else 0

    def has_room(self) -> bool:
        """Whether one more socket fits in this process."""
        return not self._stopped and len(self) < self._max_sockets

    def welcome(self, upgrade: Upgrade) -> None:
        """Answer a handshake and hand its socket to the hub, with what its user missed when it
        asks. Nothing is answered when it raises."""
        admission: Admission = request.environ[ADMISSION_KEY]
        hub, _, history = self._running or self._start()
        greeting, hold = upgrade.answer + connected(), admission.since is not None
        newcomer = Newcomer(upgrade.take_socket(), greeting, admission.said)
        connection = hub.adopt(newcomer, admission.viewer, admission.knocked_at, hold)
        if admission.since is not None:
            _catch_up(hub, history, connection, admission.since)

    def close_session(self, session_id: str) -> None:
        """Close the sockets of a session that has ended."""
        if self._running is not None:
            self._running[0].close_session(session_id, CloseCode.TOKEN_OVER, "session ended")

    def begin_stop(self) -> None:
        """Close every connection with 1012 and admit no more."""
        self._stopped = True
        if self._running is not None:
            hub, relay, _ = self._running
            hub.begin_stop()
            relay.begin_stop()

    def join(self) -> None:
        """Wait for the threads to end after `begin_stop`."""
        if self._running is not None:
            hub, relay, _ = self._running
            hub.join()
            relay.join()

    def _start(self) -> tuple[Hub, Relay, Redis]:
        with self._starting:
            if self._running is None:
                self._max_sockets = min(self._max_sockets, descriptors.for_sockets())
                hub = Hub(answer, Limits(), resync)
                relay = Relay(make_redis(self._redis_url, **RELAY_LINK), hub)
                hub.start()
                relay.start(SUBSCRIBE_SECONDS)
                self._running = hub, relay, make_redis(self._redis_url)
            return self._running


def _catch_up(hub: Hub, history: Redis, connection: Connection, since: int) -> None:
    """Read after `adopt` is queued: a notice is then in the stream, or held, or both."""
    try:
        found = missed_since(history, connection.viewer.user_id, since)
    except RedisError:
        found = None
    if found is None:
        hub.replay(connection, [], [resync()])
    else:
        had, missed = ([text_frame(text) for text in texts] for texts in found)
        hub.replay(connection, had, missed)
