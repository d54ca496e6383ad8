"""What lasts as long as the process: the threads, whatever Redis does."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from devstack.ports import free_port
from devstack.process import wait_until
from devstack.redis import redis_server
from points_app.clients.redis import make_redis
from points_app.metrics import PUSH_DOWN, THREAD_FAILURES
from points_app.notices import channels
from points_app.notices.publisher import Notice, Publisher
from points_app.realtime import relay as relaying
from points_app.realtime.connection import Limits, Newcomer, Viewer
from points_app.realtime.frames import text_frame
from points_app.realtime.hub import Hub
from points_app.realtime.service import RELAY_LINK
from points_app.realtime.talk import answer, resync
from points_app.threads import Lasting
from tests.realtime.test_delivery import stock

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
                channels.publish_user(redis, 1, {"type": "hello"})
            hears(client, "hello")
    relay.begin_stop()
    relay.join()
    client.close()


def test_a_mark_that_went_to_another_redis_is_not_waited_for_long(
    hub, tmp_path, monkeypatch
) -> None:
    """A link to a master of yesterday stands, while what is published goes to today's."""
    attempts = Attempts()
    monkeypatch.setattr(relaying, "log", attempts)
    monkeypatch.setattr(relaying, "HEARD_WITHIN_SECONDS", 0.1)
    monkeypatch.setattr(relaying, "ECHO_SECONDS", 3600)
    with (
        redis_server(tmp_path / "a") as yesterday,
        redis_server(tmp_path / "b") as today,
        listening(hub, yesterday.url, published_to=today.url),
    ):
        wait_until(lambda: attempts.count, PATIENCE, "the link is given up")


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

    def gather_or_fail():
        if next(failures, False):
            raise MemoryError
        return gather()

    monkeypatch.setattr(publisher, "_gather", gather_or_fail)

    def last(pipe):
        sent.set()
        pipe.ping()

    for _ in range(200):
        publisher.send(Notice(None, lambda pipe: pipe.ping()))
    publisher.send(Notice(None, last))
    assert sent.wait(PATIENCE)
    publisher.close()


@contextmanager
def listening(hub: Hub, url: str, published_to: str = "") -> Iterator[socket.socket]:
    """A socket of user 1 behind a relay of the Redis there, whose marks may go to another."""
    relay = relaying.Relay(make_redis(url, **RELAY_LINK), hub)
    if published_to:
        relay._redis = make_redis(published_to, **RELAY_LINK)
    ours, client = socket.socketpair()
    client.settimeout(PATIENCE)
    newcomer = Newcomer(ours, text_frame("hello"), b"")
    hub.adopt(newcomer, Viewer(1, "s", float("inf")), 0.0)
    relay.start(PATIENCE)
    if published_to:
        relay._echo_at = 0.0
    yield client
    relay.begin_stop()
    relay.join()
    client.close()


def points(total: int) -> dict[str, Any]:
    return {"type": "points_update", "data": {"user_id": 1, "total_points": total}}


def sold(product_id: int) -> Notice:
    message = stock(product_id, 1)
    return Notice(
        f"n:p:{product_id}", lambda redis: channels.publish_product(redis, product_id, message, 1)
    )


def test_what_a_full_redis_did_not_take_is_read_again(hub, tmp_path, monkeypatch) -> None:
    """The subscription stands all the while, so that nothing but the publisher knows of it."""
    monkeypatch.setattr("points_app.notices.publisher.RESYNC_SECONDS", 0.05)
    with redis_server(tmp_path) as server, listening(hub, server.url) as client:
        redis = make_redis(server.url, timeout=5)
        publisher = Publisher(redis)
        seq = channels.publish_user(redis, 1, points(1))
        hears(client, "points_update")
        redis.config_set("maxmemory", 1)
        publisher.send(
            notice := Notice("n:u:1", lambda it: channels.publish_user(it, 1, points(2)))
        )
        hears(client, "resync")
        assert channels.missed_since(redis, 1, seq) is None
        publisher.send(sold(7))
        hears(client, "resync")
        for product_id in (8, 9):
            publisher.send(sold(product_id))
        hears(client, "resync")
        redis.config_set("maxmemory", 0)
        publisher.send(notice)
        hears(client, "points_update")
        publisher.close()


def test_what_a_lost_redis_did_not_take_is_read_again(hub, tmp_path, monkeypatch) -> None:
    """This process was cut off, its relay was not."""
    monkeypatch.setattr("points_app.notices.publisher.RESYNC_SECONDS", 0.05)
    port = free_port()
    with redis_server(tmp_path / "a") as server, listening(hub, server.url) as client:
        publisher = Publisher(make_redis(f"redis://127.0.0.1:{port}/0", timeout=5))
        publisher.send(Notice("n:u:1", lambda it: channels.publish_user(it, 1, points(2))))
        wait_until(lambda: publisher._owed, PATIENCE)
        publisher._redis = make_redis(server.url, timeout=5)
        hears(client, "resync")
        wait_until(lambda: not publisher._owed, PATIENCE)
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


def test_no_number_is_left_out_before_the_word_to_read_again(hub, tmp_path) -> None:
    """What a user could catch up on is forgotten, and everybody told: in this order for each."""
    with redis_server(tmp_path) as server, listening(hub, server.url) as client:
        redis = make_redis(server.url, timeout=5)
        for _ in range(20):
            channels.publish_user(redis, 1, {"type": "hello"})
            channels.publish_resync(redis, "n:u:1", "n:p:7", "n:p:8")
        channels.publish_user(redis, 1, {"type": "last"})
        heard = texts(client, "last")
    known = None
    for message in heard:
        seq = message.get("seq")
        assert known is None or seq in (None, known + 1), (known, message)
        known = seq
    assert sum(message["type"] == "resync" for message in heard) >= 20


def texts(client: socket.socket, last: str) -> list[dict[str, Any]]:
    """What the server sends up to the first message of this type."""
    parser, data = bytearray(), []
    while all(message["type"] != last for message in data):
        parser += client.recv(1 << 16)
        while len(parser) >= 4 and len(parser) >= (end := _frame_end(parser)):
            start = 2 if parser[1] < 126 else 4
            text = bytes(parser[start:end])
            del parser[:end]
            if text.startswith(b"{"):
                data.append(json.loads(text))
    return data


def _frame_end(frame: bytearray) -> int:
    """Where a server's frame ends: its length stands in one byte or, from 126, in the next two."""
    return 2 + frame[1] if frame[1] < 126 else 4 + int.from_bytes(frame[2:4])
