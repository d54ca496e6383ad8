"""What handover.py relies on inside flask-sock, simple-websocket and gunicorn.

Their versions are pinned; when an update changes one of these things, this file says which.
"""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import simple_websocket
from flask import Flask
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from points_app.realtime.handover import SOCKET_KEY, NoThread, answer_and_close, take_socket
from tests.realtime.conftest import eventually, serve

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, section 1.3


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


def shake_hands(theirs: socket.socket, client: socket.socket) -> Server:
    ws = Server(environ(theirs), thread_class=NoThread)
    assert ACCEPT in client.recv(4096)
    return ws


def test_simple_websocket_uses_gunicorns_socket_and_leaves_reading_to_us(ends) -> None:
    theirs, client = ends
    ws = shake_hands(theirs, client)
    assert ws.sock is theirs and ws.mode == "gunicorn" and ws.connected is True
    client.sendall(b"first bytes")
    assert theirs.recv(100) == b"first bytes"


def test_simple_websocket_writes_nothing_once_it_is_told_that_it_is_disconnected(ends) -> None:
    theirs, client = ends
    ws = shake_hands(theirs, client)
    with closing(take_socket(ws)) as ours:
        for call in (ws.close, ws.receive, lambda: ws.send("x")):
            with pytest.raises(ConnectionClosed):
                call()
        ours.sendall(b"ours alone")
        assert client.recv(100) == b"ours alone"


def test_what_gunicorn_does_to_its_socket_does_not_reach_the_client(ends) -> None:
    theirs, client = ends
    with closing(take_socket(shake_hands(theirs, client))) as ours:
        with pytest.raises(OSError, match="not connected"):
            theirs.shutdown(socket.SHUT_WR)
        theirs.close()
        ours.sendall(b"still here")
        assert client.recv(100) == b"still here"
        client.sendall(b"me too")
        assert ours.recv(100) == b"me too"


def test_flask_sock_makes_that_server_with_our_options_and_stops_gunicorn(ends) -> None:
    theirs, client = ends
    app, sock, taken = Flask("shop"), Sock(), []
    app.config["SOCK_SERVER_OPTIONS"] = {"thread_class": NoThread}

    def welcome(ws: simple_websocket.Server) -> None:
        assert isinstance(ws.thread, NoThread)
        taken.append(take_socket(ws))

    sock.route("/ws", endpoint="realtime")(welcome)
    sock.init_app(app)
    with pytest.raises(StopIteration):
        app(environ(theirs), pytest.fail)  # no HTTP answer is begun
    assert ACCEPT in client.recv(4096)
    with closing(taken[0]) as ours:
        ours.sendall(b"x")
        assert client.recv(100) == b"x"


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
        assert site.vitals()["sockets"] == 60
        assert all(guest.caught_up() == [] for guest in guests)
        site.hang_up()
        eventually(lambda: site.vitals()["sockets"] == 0)
    assert "Traceback" not in site.log.read_text()
