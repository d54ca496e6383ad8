"""What lasts as long as the process: the threads, whatever Redis does."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from devstack.ports import free_port
from devstack.process import wait_until
from devstack.redis import redis_server
from points_app import notices
from points_app.extensions import make_redis
from points_app.metrics import PUSH_DOWN, THREAD_FAILURES
from points_app.publisher import Publisher
from points_app.realtime import relay as relaying
from points_app.realtime.connection import Limits, Newcomer, Viewer
from points_app.realtime.frames import text_frame
from points_app.realtime.hub import Hub
from points_app.realtime.service import RELAY_LINK
from points_app.realtime.talk import answer, resync
from points_app.threads import Lasting

FIVE_MINUTES = 300
PATIENCE = 15.0


class Attempts:
    """Counts the warnings of a relay that finds no Redis."""

    def __init__(self) -> None:
        self.count = 0

    def warning(self, *_: object) -> None:
        self.count += 1


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub(answer, Limits(), resync)
    hub.start()
    yield hub
    hub.begin_stop()
    hub.join()


def hears(client: socket.socket, kind: str) -> None:
    heard = b""
    while json.dumps({"type": kind})[1:-1].replace(" ", "").encode() not in heard:
        heard += client.recv(4096)


def test_outages_of_five_minutes_in_all_end_with_notices(hub, tmp_path, monkeypatch) -> None:
    """As many attempts as a relay makes in five minutes, in three pieces, at no rest between."""
    attempts = Attempts()
    each = int(FIVE_MINUTES / relaying.RETRY_SECONDS / 3)
    monkeypatch.setattr(relaying, "log", attempts)
    monkeypatch.setattr(relaying, "RETRY_SECONDS", 0)
    port = free_port()
    relay = relaying.Relay(make_redis(f"redis://127.0.0.1:{port}/0", **RELAY_LINK), hub)
    ours, client = socket.socketpair()
    client.settimeout(PATIENCE)
    hub.adopt(Newcomer(ours, text_frame("hello"), b""), Viewer(1, "s", float("inf")), 0.0)
    relay.start(0)
    for outage in range(1, 4):
        wait_until(lambda most=outage * each: attempts.count >= most, 60, "attempts")
        assert PUSH_DOWN._value.get() == 1
        with redis_server(tmp_path / str(outage), port) as server:
            hears(client, "resync")
            assert PUSH_DOWN._value.get() == 0
            with make_redis(server.url, timeout=5) as redis:
                notices.publish_user(redis, 1, {"type": "hello"})
            hears(client, "hello")
    relay.begin_stop()
    relay.join()
    client.close()


def test_a_thread_that_fails_begins_anew_and_is_counted(monkeypatch) -> None:
    monkeypatch.setattr("points_app.threads.REST_SECONDS", 0)
    failed = THREAD_FAILURES.labels("tried")._value
    before, tries, done = failed.get(), iter(range(1000)), threading.Event()

    def work() -> None:
        if next(tries) < 999:
            raise MemoryError
        done.set()

    Lasting("tried", work).start()
    assert done.wait(PATIENCE)
    assert failed.get() == before + 999


def test_the_publisher_survives_whatever_it_is_given(redis, monkeypatch) -> None:
    monkeypatch.setattr("points_app.threads.REST_SECONDS", 0)
    publisher, sent = Publisher(redis), threading.Event()
    gather, failures = publisher._gather, iter([True] * 200)

    def gather_or_fail(first):
        if next(failures, False):
            raise MemoryError
        return gather(first)

    monkeypatch.setattr(publisher, "_gather", gather_or_fail)
    for _ in range(200):
        publisher.send(lambda pipe: pipe.ping())
    publisher.send(lambda pipe: sent.set())
    assert sent.wait(PATIENCE)
    publisher.close()


def test_every_thread_of_the_web_process_lasts() -> None:
    """A bare Thread ends with its first error, and nobody hears of it."""
    from pathlib import Path

    product = Path(relaying.__file__).parent.parent
    bare = [
        str(path.relative_to(product))
        for path in product.rglob("*.py")
        if "Thread(" in path.read_text() and path.name != "threads.py"
    ]
    assert bare == []
