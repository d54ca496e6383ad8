"""Hears what the web side announces over Redis."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from redis.client import PubSub

from points_app.notices.publisher import Notice

PATIENCE_SECONDS = 5.0
END = "tests:end"


@contextmanager
def hears(app: Flask, *channels: str) -> Iterator[list[dict[str, Any]]]:
    """Everything the app announces on these channels (or patterns of Redis) during the block, in
    order. The list is filled when the block ends.

    The publisher keeps the order in which it is asked, so all has been heard once a notice of our
    own at the end is. Fails when that does not come within PATIENCE_SECONDS, and says what did.
    """
    heard: list[dict[str, Any]] = []
    with app.extensions["parts"].redis.pubsub() as listening:
        wanted = (*channels, END)
        listening.psubscribe(*wanted)
        for _ in wanted:
            _next(listening, "psubscribe", heard)
        yield heard
        end = Notice(None, lambda redis: redis.publish(END, "{}"))
        app.extensions["publisher"].send(end)
        while (message := _next(listening, "pmessage", heard))["channel"] != END:
            heard.append(json.loads(message["data"]))


def _next(listening: PubSub, kind: str, heard: list[dict[str, Any]]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        if message := listening.get_message(timeout=left):
            assert message["type"] == kind, message
            return message
    raise AssertionError(f"no {kind} within {PATIENCE_SECONDS} s; heard until then: {heard}")
