"""The hub alone, where a whole server could not be made to take the order that matters."""

import socket
import time
from collections.abc import Iterator

import pytest

from points_app.realtime.connection import Limits, Viewer
from points_app.realtime.frames import close_frame, text_frame
from points_app.realtime.hub import Hub
from points_app.realtime.talk import answer

HELLO = text_frame("hello")
GOODBYE = close_frame(4401, "session ended")


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub(answer, Limits())
    hub.start()
    yield hub
    hub.begin_stop()
    hub.join()


def knock(hub: Hub, knocked_at: float, user_id: int = 1, session: str = "s") -> socket.socket:
    ours, client = socket.socketpair()
    client.settimeout(5)
    hub.adopt(ours, Viewer(user_id, session, float("inf")), knocked_at, HELLO, hold=False)
    return client


@pytest.mark.parametrize("whom", ["user", "session"])
def test_a_ban_between_the_tokens_check_and_the_adoption_counts(hub: Hub, whom: str) -> None:
    before = time.monotonic()
    if whom == "user":
        hub.close_user(1, 4401, "session ended")
    else:
        hub.close_session("s", 4401, "session ended")
    with knock(hub, before) as late, knock(hub, before, 2, "other") as stranger:
        heard = late.recv(100)
        while len(heard) < len(HELLO + GOODBYE):
            heard += late.recv(100)
        assert heard == HELLO + GOODBYE
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
            heard = late.recv(100)
            while len(heard) < len(HELLO + restart):
                heard += late.recv(100)
            assert heard == HELLO + restart
