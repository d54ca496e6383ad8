"""From Redis to the hub: one subscription per process, for as long as the process lives."""

import logging
import threading
import time
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from redis import Redis, RedisError
from redis.client import PubSub

from points_app.notices import CONTROL, PATTERN
from points_app.realtime.frames import CloseCode
from points_app.realtime.hub import Hub
from points_app.realtime.talk import resync

log = logging.getLogger(__name__)

MAX_BATCH_BYTES = 32 * 1024
POLL_SECONDS = 0.25
RETRY_SECONDS = 0.25


class Control(BaseModel):
    """What `notices.publish_control` sends: whose sockets to close, and what to tell them."""

    close_user: int | None = None
    close_session: str | None = None
    code: int = Field(CloseCode.TOKEN_OVER, ge=3000, le=4999)
    reason: str = ""


class Relay:
    """A thread that forwards what is published to the hub, in batches.

    Redis drops what is published while the link is down, so whoever was connected then is told to
    re-read with `resync` once the subscription stands again.
    """

    def __init__(self, redis: Redis, hub: Hub) -> None:
        self._redis = redis
        self._hub = hub
        self._stopping = False
        self._subscribed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="realtime-relay", daemon=True)

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
                with self._redis.pubsub() as pubsub:
                    pubsub.psubscribe(PATTERN)
                    self._listen(pubsub)
            except (RedisError, OSError) as error:
                log.warning("lost Redis, trying again: %s", type(error).__name__)
                time.sleep(RETRY_SECONDS)

    def _listen(self, pubsub: PubSub) -> None:
        while not self._stopping:
            message = pubsub.get_message(timeout=POLL_SECONDS)
            if message is not None:
                self._handle_batch(pubsub, message)

    def _handle_batch(self, pubsub: PubSub, message: dict[str, Any] | None) -> None:
        """Forward `message` and what else has arrived by now as one batch."""
        notices: list[tuple[str, str]] = []
        size = 0
        while message is not None:
            if message["type"] == "psubscribe":
                self._on_subscribed()
            elif message["type"] == "pmessage" and message["channel"] == CONTROL:
                self._control(message["data"])
            elif message["type"] == "pmessage":
                notices.append((message["channel"], message["data"]))
                size += len(message["data"])
            if size >= MAX_BATCH_BYTES or not _has_more(pubsub):
                break
            message = pubsub.get_message(timeout=POLL_SECONDS)
        if notices:
            self._hub.deliver(notices)

    def _on_subscribed(self) -> None:
        self._subscribed.set()
        if len(self._hub):
            self._hub.tell_all(resync())

    def _control(self, text: str) -> None:
        try:
            command = Control.model_validate_json(text)
        except ValidationError:
            log.warning("a control message made no sense and was left out")
            return
        if command.close_user is not None:
            self._hub.close_user(command.close_user, command.code, command.reason)
        if command.close_session is not None:
            self._hub.close_session(command.close_session, command.code, command.reason)


def _has_more(pubsub: PubSub) -> bool:
    """Whether a message has begun to arrive.

    Asked first, because `get_message` with no patience takes a half-arrived message for a failure.
    """
    return pubsub.connection is not None and pubsub.connection.can_read(0)
