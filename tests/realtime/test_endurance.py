"""Rude, slow, many, and gone: what guests do to a server, and what the server does to guests."""

import os
import signal
import socket
import struct
import time

import pytest
from redis import Redis
from websocket import ABNF, WebSocketBadStatusException

from devstack.redis import redis_server
from points_app.clients.redis import make_redis
from points_app.notices import channels
from tests.realtime.conftest import Guest, Site, eventually, serve

CONTROL = {"code": 4401, "reason": "session ended"}


@pytest.mark.parametrize(
    ("payload", "opcode", "code"),
    [
        ("x" * 4097, ABNF.OPCODE_TEXT, 1009),
        (b"\x00", ABNF.OPCODE_BINARY, 1003),
        (b"\xff\xfe", ABNF.OPCODE_TEXT, 1007),
    ],
)
def test_what_is_not_spoken_here(site: Site, payload: object, opcode: int, code: int) -> None:
    guest = site.guest()
    frame = ABNF(1, 0, 0, 0, opcode, 1, payload)
    guest.socket.sock.sendall(frame.format())
    assert guest.close_code() == code


def test_an_unmasked_frame(site: Site) -> None:
    guest = site.guest()
    guest.socket.sock.sendall(b"\x81\x02hi")
    assert guest.close_code() == 1002


def test_a_long_message_in_fragments(site: Site) -> None:
    guest = site.guest()
    guest.socket.send_frame(ABNF(0, 0, 0, 0, ABNF.OPCODE_TEXT, 1, "x" * 4000))
    guest.socket.send_frame(ABNF(1, 0, 0, 0, ABNF.OPCODE_CONT, 1, "x" * 97))
    assert guest.close_code() == 1009


def test_fragments_with_a_ping_between(site: Site) -> None:
    guest = site.guest()
    guest.socket.send_frame(ABNF(0, 0, 0, 0, ABNF.OPCODE_TEXT, 1, '{"type":'))
    guest.socket.ping("now")
    guest.socket.send_frame(ABNF(1, 0, 0, 0, ABNF.OPCODE_CONT, 1, '"ping"}'))
    assert guest.socket.recv_data(control_frame=True) == (ABNF.OPCODE_PONG, b"now")
    assert guest.hear()["type"] == "pong"


@pytest.mark.parametrize("flood", ["text", "ping"])
def test_a_flood_is_closed(site: Site, flood: str) -> None:
    guest = site.guest()
    frame = ABNF.create_frame('{"type":"ping"}', getattr(ABNF, f"OPCODE_{flood.upper()}"))
    frame.mask_value = 1
    guest.socket.sock.sendall(b"".join(frame.format() for _ in range(21)))
    assert guest.close_code() == 1008


def test_twenty_messages_are_no_flood(site: Site) -> None:
    guest = site.guest()
    for _ in range(20):
        guest.say(type="ping")
    assert {guest.hear()["type"] for _ in range(20)} == {"pong"}


def test_the_sixth_socket_replaces_the_first(site: Site) -> None:
    first, *others = [site.guest(51) for _ in range(6)]
    assert first.close_code() == 4408
    assert all(guest.caught_up() == [] for guest in others)


def test_ban_and_logout_close(site: Site, redis: Redis) -> None:
    here, there, stranger = site.guest(52, session="a"), site.guest(52, session="b"), site.guest(53)
    channels.publish_control(redis, {"close_session": "a", **CONTROL})
    assert here.close_code() == 4401
    assert there.caught_up() == []
    channels.publish_control(redis, {"close_user": 52, **CONTROL})
    assert there.close_code() == 4401
    assert stranger.caught_up() == []


def test_nonsense_on_our_channels_harms_nobody(site: Site, redis: Redis) -> None:
    guest = site.guest()
    for channel in ("n:ctl", "n:u:x", "n:unknown"):
        redis.publish(channel, "{nonsense")
    redis.publish("n:ctl", '{"close_user": 1, "code": "x"}')
    redis.publish("n:ctl", "[]")
    channels.publish_user(redis, 1, {"type": "hello"})
    heard = guest.hear()
    while heard["type"] == "resync":
        heard = guest.hear()
    assert heard["type"] == "hello"


def test_an_expired_token_is_closed(site: Site) -> None:
    """Looked at within one round of pings, 25 seconds."""
    guest = site.guest(54, expires=int(time.time()) + 1)
    guest.socket.settimeout(60)
    assert guest.close_code() == 4401


def test_stalled_readers_are_cut_and_hold_up_nobody(site: Site, redis: Redis) -> None:
    """A fifth of the guests never reads: the others hear everything, in order and intact."""
    stalled = [site.guest(1000 + each) for each in range(20)]
    reading = [site.guest(2000 + each) for each in range(80)]
    for guest in stalled:
        guest.socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for number in range(60):
        text = {"type": "big", "data": {"number": number, "filling": "x" * 20_000}}
        channels.publish_everyone(redis, text)
        assert {guest.hear()["data"]["number"] for guest in reading} == {number}
    eventually(lambda: site.vitals()["sockets"] == len(reading))


def test_a_thousand_connects_and_abrupt_drops_leak_nothing(site: Site) -> None:
    site.guest()
    site.empty()
    before = site.vitals()
    for _ in range(20):
        guests = [site.guest(3000 + each) for each in range(50)]
        for number, guest in enumerate(guests):
            if number % 2:
                reset = struct.pack("ii", 1, 0)
                guest.socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            guest.socket.shutdown()
    eventually(lambda: site.vitals()["sockets"] == 0)
    eventually(lambda: site.vitals()["descriptors"] <= before["descriptors"] + 2)
    hub = [name for name in site.vitals()["threads"] if "ThreadPool" not in name]
    assert hub == [name for name in before["threads"] if "ThreadPool" not in name]


def test_a_guest_that_hangs_up_mid_handshake(site: Site) -> None:
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", site.port)) as sock:
            sock.sendall(b"GET /ws?token=u1.s.4000000000 HTTP/1.1\r\nUpgrade: webs")
    eventually(lambda: site.vitals()["sockets"] == 0)


def test_redis_restart_means_resync(tmp_path) -> None:
    with redis_server(tmp_path / "redis") as server, serve(tmp_path, server.url) as site:
        guests = [site.guest(each) for each in range(1, 4)]
        server.kill()
        late = site.guest(9, more="&since=5")
        server.start()
        assert [guest.hear()["type"] for guest in guests] == ["resync"] * 3
        assert late.hear()["type"] == "resync"
        with make_redis(server.url, timeout=5) as redis:
            channels.publish_everyone(redis, {"type": "hello"})
        assert [guest.hear()["type"] for guest in guests] == ["hello"] * 3


def test_worker_exit_says_1012_and_the_next_worker_serves(tmp_path, redis_url: str) -> None:
    with serve(tmp_path, redis_url) as site:
        guests = [site.guest(each) for each in range(1, 101)]
        worker = site.vitals()["pid"]
        os.kill(worker, signal.SIGTERM)
        assert {guest.close_code() for guest in guests} == {1012}
        eventually(lambda: _vitals_or_none(site) not in (None, worker))
        site.guest(1)
    log = site.log.read_text()
    assert "Traceback" not in log
    assert "SIGKILL" not in log


def _vitals_or_none(site: Site) -> int | None:
    try:
        return int(site.vitals()["pid"])
    except OSError:
        return None


def test_a_bad_token_raises_in_the_client(site: Site) -> None:
    with pytest.raises(WebSocketBadStatusException, match="401"):
        Guest(site.url().replace("token=u", "token=x"))
