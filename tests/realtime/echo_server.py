"""The hub alone, echoing: what the Autobahn test suite's fuzzing client talks to.

Usage: python -m tests.realtime.echo_server PORT. docs/realtime.md tells how to run the suite.
"""

import base64
import hashlib
import re
import socket
import sys
import time

from points_app.realtime.connection import Connection, Limits, Viewer
from points_app.realtime.frames import Message, frame
from points_app.realtime.hub import Hub

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = re.compile(rb"^Sec-WebSocket-Key: *(\S+)", re.IGNORECASE | re.MULTILINE)
MEBIBYTE = 1 << 20
# The suite sends 16 MiB messages and thousands of pings; the product's limits have other tests.
LIMITS = Limits(
    message_bytes=17 * MEBIBYTE,
    messages=10**9,
    backlog_bytes=64 * MEBIBYTE,
    sockets_per_user=10**9,
)


def echo(hub: Hub, connection: Connection, message: Message) -> bytes:
    return frame(message.opcode, message.payload)


def serve(port: int) -> None:
    hub = Hub(echo, LIMITS)
    hub.start()
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        while True:
            sock, _ = listener.accept()
            viewer = Viewer(1, "s", float("inf"))
            hub.adopt(sock, viewer, time.monotonic(), _handshake(sock), hold=False)


def _handshake(sock: socket.socket) -> bytes:
    """Read the request; the answer. The suite is a polite client up to here."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += sock.recv(4096)
    key = _KEY.search(head)
    assert key is not None
    accept = base64.b64encode(hashlib.sha1(key[1] + _GUID).digest())
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return answer + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"


if __name__ == "__main__":
    serve(int(sys.argv[1]))
