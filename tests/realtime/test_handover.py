"""What handover.py relies on inside flask-sock and gunicorn.

Their versions are pinned; when an update changes one of these things, this file says which.
"""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sock import Sock
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request

from points_app.realtime.frames import Opcode, frame
from points_app.realtime.handover import (
    SOCKET_KEY,
    Upgrade,
    answer_and_close,
    switching_protocols,
)
from tests.realtime.client_frames import masked
from tests.realtime.conftest import FAR, PATIENCE, Site, eventually, serve
from tests.realtime.test_gate import UPGRADE

KEY = UPGRADE["Sec-WebSocket-Key"]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """gunicorn's end of a connection and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=5)
        theirs, _ = listener.accept()
    with closing(theirs), closing(client):
        yield theirs, client


def environ(sock: socket.socket) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/ws",
        "SERVER_NAME": "shop",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "shop",
        "HTTP_UPGRADE": "websocket",
        "HTTP_CONNECTION": "Upgrade",
        "HTTP_SEC_WEBSOCKET_KEY": KEY,
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        SOCKET_KEY: sock,
    }


def test_the_answer_to_a_handshake_is_the_one_of_the_rfc() -> None:
    """Its section 1.3; no extension and no subprotocol is agreed to."""
    assert switching_protocols(KEY) == (
        b"HTTP/1.1 101 Switching Protocols\r\n"
        b"Upgrade: websocket\r\n"
        b"Connection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )


def test_an_independent_client_takes_the_answer() -> None:
    for _ in range(20):
        client = WSConnection(ConnectionType.CLIENT)
        asked = client.send(Request(host="shop", target="/ws"))
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", asked)
        assert key is not None
        client.receive_data(switching_protocols(key[1].decode()))
        assert [type(event) for event in client.events()] == [AcceptConnection]


def test_what_gunicorn_does_to_its_socket_does_not_reach_the_client(ends) -> None:
    theirs, client = ends
    with closing(Upgrade(environ(theirs)).take_socket()) as ours:
        with pytest.raises(OSError, match="not connected"):
            theirs.shutdown(socket.SHUT_WR)
        theirs.close()
        ours.sendall(b"still here")
        assert client.recv(100) == b"still here"
        client.sendall(b"me too")
        assert ours.recv(100) == b"me too"


def test_sockets_that_were_taken_do_not_share_a_fate(ends) -> None:
    """gunicorn's ends all name one unconnected socket from then on."""
    theirs, client = ends
    other, stranger = socket.socketpair()
    with closing(other), closing(stranger):
        kept = [Upgrade(environ(sock)).take_socket() for sock in (theirs, other)]
        theirs.close()
        with pytest.raises(OSError, match="not connected"):
            other.shutdown(socket.SHUT_WR)
        for ours, peer in zip(kept, (client, stranger), strict=True):
            with closing(ours):
                ours.sendall(b"x")
                assert peer.recv(100) == b"x"


def test_flask_sock_hands_over_our_upgrade_and_stops_gunicorn(ends) -> None:
    theirs, client = ends
    app, sock, taken = Flask("shop"), Sock(), []

    def welcome(upgrade: Upgrade) -> None:
        taken.append((upgrade.take_socket(), upgrade.answer))

    sock.route("/ws", endpoint="realtime")(welcome)
    sock.init_app(app)
    with pytest.raises(StopIteration):
        app(environ(theirs), pytest.fail)  # no HTTP answer is begun
    [(ours, answer)] = taken
    with closing(ours):
        ours.sendall(answer)
        assert client.recv(4096) == switching_protocols(KEY)


def test_frames_right_behind_the_handshake_are_not_lost(site: Site) -> None:
    """gunicorn has read them with the request's head."""
    lines = "".join(f"{name}: {text}\r\n" for name, text in UPGRADE.items())
    head = f"GET /ws?token=u1.s.{FAR} HTTP/1.1\r\n{lines}\r\n".encode()
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as sock:
        sock.sendall(head + masked(Opcode.PING, b"early") + masked(Opcode.TEXT, b"{")[:3])
        heard = b""
        while not heard.endswith(frame(Opcode.PONG, b"early")):
            heard += sock.recv(4096)
        assert heard.startswith(switching_protocols(KEY) + b"\x81")
        sock.sendall(masked(Opcode.TEXT, b"{")[3:])
        assert b"not JSON" in sock.recv(4096)


def test_clients_that_leave_during_the_handshake(site: Site) -> None:
    """Some with a reset, some without, all before they have read a word."""
    lines = "".join(f"{name}: {text}\r\n" for name, text in UPGRADE.items())
    head = f"GET /ws?token=u1.s.{FAR} HTTP/1.1\r\n{lines}\r\n".encode()
    before = site.vitals()["descriptors"]
    for turn in range(100):
        with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as sock:
            reset = struct.pack("ii", turn % 2, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            sock.sendall(head)
    assert site.guest(2).caught_up() == []
    site.hang_up()
    eventually(lambda: site.vitals()["sockets"] == 0)
    eventually(lambda: site.vitals()["descriptors"] <= before + 2)
    assert "Traceback" not in site.log.read_text()


def test_an_answer_is_whole_and_the_connection_ends(ends) -> None:
    theirs, client = ends
    with pytest.raises(StopIteration):
        answer_and_close(theirs, b"HTTP/1.1 401 Unauthorized\r\n\r\n")
    assert client.recv(100) == b"HTTP/1.1 401 Unauthorized\r\n\r\n"
    assert client.recv(100) == b""


def test_gunicorn_forgets_sockets_that_were_handed_over(tmp_path: Path, redis_url: str) -> None:
    """They neither count as its connections, nor keep a thread, nor leave a line in the log."""
    with serve(tmp_path, redis_url, worker_connections=20) as site:
        guests = [site.guest(each) for each in range(1, 61)]
        assert all(guest.caught_up() == [] for guest in guests)
        assert site.vitals()["sockets"] == 60
        site.hang_up()
        eventually(lambda: site.vitals()["sockets"] == 0)
    assert "Traceback" not in site.log.read_text()
