"""The hub alone, where a whole server could not be made to take the order that matters."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from devstack.process import wait_until
from points_app.metrics import THREAD_FAILURES
from points_app.realtime.connection import Limits, Newcomer, Viewer
from points_app.realtime.frames import Opcode, close_frame, frame, text_frame
from points_app.realtime.hub import Hub
from points_app.realtime.talk import answer, resync
from tests.realtime.client_frames import masked

HELLO = text_frame("hello")
GOODBYE = close_frame(4401, "session ended")


@pytest.fixture
def hub() -> Iterator[Hub]:
    quiet = Limits(ping_seconds=1_000_000)  # a ping in between would be heard too
    hub = Hub(answer, quiet, resync)
    hub.start()
    yield hub
    hub.begin_stop()
    hub.join()


def knock(
    hub: Hub, knocked_at: float, user_id: int = 1, session: str = "s", said: bytes = b""
) -> socket.socket:
    ours, client = socket.socketpair()
    client.settimeout(5)
    hub.adopt(Newcomer(ours, HELLO, said), Viewer(user_id, session, float("inf")), knocked_at)
    return client


def hears(client: socket.socket, frames: bytes) -> bool:
    """Whether the next bytes it is sent are these, in however many pieces they come."""
    heard = b""
    while len(heard) < len(frames):
        heard += client.recv(len(frames) - len(heard))
    return heard == frames


@pytest.mark.parametrize("whom", ["user", "session"])
def test_a_ban_between_the_tokens_check_and_the_adoption_counts(hub: Hub, whom: str) -> None:
    before = time.monotonic()
    if whom == "user":
        hub.close_user(1, 4401, "session ended")
    else:
        hub.close_session("s", 4401, "session ended")
    with knock(hub, before) as late, knock(hub, before, 2, "other") as stranger:
        assert hears(late, HELLO + GOODBYE)
        hub.tell_all(HELLO)
        assert stranger.recv(100) in (HELLO, HELLO * 2)


def test_a_token_checked_after_the_ban_is_a_new_one(hub: Hub) -> None:
    hub.close_user(1, 4401, "session ended")
    with knock(hub, time.monotonic() + 1) as guest:
        assert guest.recv(100) == HELLO
        hub.tell_all(HELLO)
        assert guest.recv(100) == HELLO


def test_who_comes_while_it_stops_hears_1012(hub: Hub) -> None:
    with knock(hub, time.monotonic()) as early:
        assert early.recv(100) == HELLO
        hub.begin_stop()
        with knock(hub, time.monotonic()) as late:
            restart = close_frame(1012, "restart")
            assert early.recv(100) == restart
            assert hears(late, HELLO + restart)


def test_arrivals_are_counted_and_greeted_before_the_loop_turns(hub: Hub) -> None:
    busy, done = threading.Event(), threading.Event()
    hub._mailbox.post(lambda: (busy.set(), done.wait(5)))  # type: ignore[arg-type]
    assert busy.wait(5)
    with knock(hub, time.monotonic()) as guest:
        assert guest.recv(100) == HELLO
        assert len(hub) == 1
        hub.tell_all(GOODBYE)
        done.set()
        assert guest.recv(100) == GOODBYE


def test_what_a_client_said_with_its_handshake_is_answered(hub: Hub) -> None:
    with knock(hub, time.monotonic(), said=masked(Opcode.PING, b"early")) as guest:
        assert hears(guest, HELLO + frame(Opcode.PONG, b"early"))


def test_a_client_that_is_gone_already_is_let_go(hub: Hub) -> None:
    ours, client = socket.socketpair()
    client.close()
    hub.adopt(Newcomer(ours, HELLO), Viewer(1, "s", float("inf")), time.monotonic())
    wait_until(lambda: len(hub) == 0, 5)
    assert ours.fileno() == -1


def test_a_client_that_leaves_before_the_loop_has_adopted_it(hub: Hub, monkeypatch) -> None:
    """The loop sees the end of the stream first and the newcomer afterwards."""
    registered, empty, adopted = (threading.Event() for _ in range(3))
    leave, run = hub._mailbox.leave, hub._mailbox.run

    def leave_late(*call) -> None:
        registered.set()
        assert empty.wait(5)
        leave(*call)

    def run_before_it_is_queued() -> None:
        run()
        if registered.is_set():
            monkeypatch.undo()
            empty.set()
            assert adopted.wait(5)

    ours, client = socket.socketpair()
    client.close()
    viewer = Viewer(1, "s", float("inf"))
    monkeypatch.setattr(hub._mailbox, "leave", leave_late)
    monkeypatch.setattr(hub._mailbox, "run", run_before_it_is_queued)
    hub.adopt(Newcomer(ours, HELLO), viewer, time.monotonic())
    adopted.set()
    wait_until(lambda: len(hub) == 0, 5)
    with knock(hub, time.monotonic()) as next_guest:
        next_guest.sendall(masked(Opcode.PING, b""))
        assert hears(next_guest, HELLO + frame(Opcode.PONG, b""))
        assert len(hub.audience.of_user(1)) == 1


@pytest.mark.parametrize("late", ["replay", "goodbye"])
def test_what_comes_late_for_a_gone_client_spares_the_descriptors_next_owner(
    hub: Hub, late: str
) -> None:
    (ours, client), (theirs, guest) = socket.socketpair(), socket.socketpair()
    descriptor = ours.fileno()
    viewer = Viewer(1, "s", float("inf"))
    gone = hub.adopt(Newcomer(ours, HELLO), viewer, time.monotonic(), hold=True)
    client.close()
    wait_until(lambda: len(hub) == 0, 5)
    with closing(theirs), closing(guest):
        guest.settimeout(5)
        second = socket.socket(fileno=os.dup2(theirs.fileno(), descriptor))
        hub.adopt(Newcomer(second, HELLO), viewer, time.monotonic())
        if late == "replay":
            hub.replay(gone, [], [HELLO])
        else:
            hub._mailbox.post(hub._close, gone, 1012, "restart")
        guest.sendall(masked(Opcode.PING, b""))
        assert hears(guest, HELLO + frame(Opcode.PONG, b""))
        assert len(hub) == 1
        assert hub._leaving == set()


def test_a_loop_that_fails_goes_on_and_says_that_something_was_missed(
    hub: Hub, monkeypatch
) -> None:
    def fail(now: float) -> list[object]:
        monkeypatch.undo()
        raise RuntimeError("on purpose")

    failed = THREAD_FAILURES.labels("realtime-hub")._value
    before = failed.get()
    with knock(hub, time.monotonic()) as guest:
        assert guest.recv(100) == HELLO
        monkeypatch.setattr(hub.audience, "due_stock", fail)
        assert b'"resync"' in guest.recv(500)
        hub.tell_all(HELLO)
        assert guest.recv(100) == HELLO
    assert failed.get() == before + 1
