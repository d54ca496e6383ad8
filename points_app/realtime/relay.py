"""From Redis to the hub: one subscription per process, for as long as the process lives."""

import logging
import threading
import time
from typing import Any
from uuid import uuid4

import redis
from pydantic import BaseModel, Field, ValidationError
from redis import Redis, RedisError

from points_app.metrics import PUSH_DOWN
from points_app.notices.channels import CONTROL, PATTERN, publish_echo
from points_app.realtime.frames import CloseCode
from points_app.realtime.hub import Hub
from points_app.realtime.talk import resync
from points_app.threads import Lasting

log = logging.getLogger(__name__)

MAX_BATCH_BYTES = 32 * 1024
POLL_SECONDS = 0.25
GATHER_SECONDS = 0.002
BUSY_SECONDS = 0.01
PING_SECONDS = 2.0
ECHO_SECONDS = 5.0
# An echo comes back in milliseconds; a relay that is behind with its work may take longer.
HEARD_WITHIN_SECONDS = 3.0
RETRY_SECONDS = 0.25


class Control(BaseModel):
    """What `channels.publish_control` sends: whose sockets to close, and what to tell them; and a
    relay's own echo."""

    close_user: int | None = None
    close_session: str | None = None
    code: int = Field(CloseCode.TOKEN_OVER, ge=3000, le=4999)
    reason: str = ""
    echo: str | None = None


class Relay:
    """A thread that forwards what is published to the hub, in batches.

    It reads the connection itself: redis-py's PubSub costs as much for each message as sending it
    to two guests, and it reconnects without a word. Redis drops what is published while the link is
    down, so whoever was connected then is told to re-read with `resync` once the subscription
    stands again. A link that is dead without having been closed is noticed by a PING unanswered;
    one that leads to a Redis which is no master any more, by an echo that is not heard.

    The link is a connection outside the client's pool: the pool counts those it makes for good, and
    makes no more after a hundred.
    """

    def __init__(self, redis: Redis, hub: Hub) -> None:
        self._redis = redis
        pool = redis.connection_pool
        self._link = pool.connection_class(**pool.connection_kwargs)
        self._hub = hub
        self._stopping = False
        self._subscribed = threading.Event()
        self._ping_at = 0.0
        self._unanswered = False
        self._echo_at = 0.0
        self._echo: str | None = None
        self._thread = Lasting("realtime-relay", self._run)

    def start(self, patience: float) -> None:
        """Start the thread and wait up to `patience` seconds for the first subscription."""
        self._thread.start()
        self._subscribed.wait(patience)

    def begin_stop(self) -> None:
        """Ask the thread to end."""
        self._stopping = True

    def join(self) -> None:
        """Wait for the thread's end after `begin_stop`."""
        self._thread.join(1)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._link.connect()
                self._link.send_command("PSUBSCRIBE", PATTERN)
                self._listen(self._link)
            except (RedisError, OSError) as error:
                log.warning("lost Redis, trying again: %s", type(error).__name__)
                PUSH_DOWN.set(1)
                time.sleep(RETRY_SECONDS)
            finally:
                self._link.disconnect()

    def _listen(self, connection: Any) -> None:
        self._unanswered, self._echo = False, None
        self._echo_at = time.monotonic() + ECHO_SECONDS
        busy_until = 0.0
        while not self._stopping:
            self._check_link(connection)
            self._check_echo()
            if connection.can_read(POLL_SECONDS):
                if time.monotonic() < busy_until:
                    time.sleep(GATHER_SECONDS)  # a write and a change of threads for many notices
                self._handle_batch(connection)
                busy_until = time.monotonic() + BUSY_SECONDS

    def _check_link(self, connection: Any) -> None:
        """Ask for a sign of life now and then. Raises redis.TimeoutError when there was none."""
        now = time.monotonic()
        if now < self._ping_at:
            return
        if self._unanswered:
            raise redis.TimeoutError("a PING was not answered")
        connection.send_command("PING", check_health=False)
        self._unanswered = True
        self._ping_at = now + PING_SECONDS

    def _check_echo(self) -> None:
        """Publish something to hear it. Raises redis.ConnectionError when what was published is not
        heard, or this Redis takes no writes."""
        if time.monotonic() < self._echo_at or not self._subscribed.is_set():
            return
        if self._echo is not None:
            raise redis.ConnectionError("what is published is not heard here")
        self._echo_at = time.monotonic() + ECHO_SECONDS
        mark = uuid4().hex
        try:
            publish_echo(self._redis, mark)
        except (redis.TimeoutError, redis.ResponseError):
            return  # slow, or full: it may be heard all the same
        self._echo, self._echo_at = mark, time.monotonic() + HEARD_WITHIN_SECONDS

    def _handle_batch(self, connection: Any) -> None:
        """Forward what has arrived by now as one batch."""
        notices: list[tuple[str, str]] = []
        size = 0
        while size < MAX_BATCH_BYTES:
            kind, *arguments = connection.read_response()
            self._unanswered = False
            if kind == "pmessage":
                _, channel, text = arguments
                if channel == CONTROL:
                    self._control(text)
                else:
                    notices.append((channel, text))
                    size += len(text)
            elif kind == "psubscribe":
                self._on_subscribed()
            if not connection.can_read(0):
                break
        if notices:
            self._hub.deliver(notices)

    def _on_subscribed(self) -> None:
        self._echo_at = time.monotonic() + ECHO_SECONDS
        self._subscribed.set()
        PUSH_DOWN.set(0)
        if len(self._hub):
            self._hub.tell_all(resync())

    def _control(self, text: str) -> None:
        try:
            command = Control.model_validate_json(text)
        except ValidationError:
            log.warning("a control message made no sense and was left out")
            return
        if command.echo is not None and command.echo == self._echo:
            self._echo, self._echo_at = None, time.monotonic() + ECHO_SECONDS
        if command.close_user is not None:
            self._hub.close_user(command.close_user, command.code, command.reason)
        if command.close_session is not None:
            self._hub.close_session(command.close_session, command.code, command.reason)
