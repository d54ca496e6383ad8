"""The hub alone, echoing: what the Autobahn test suite's fuzzing client talks to.

Usage: python -m tests.realtime.echo_server PORT. docs/realtime.md tells how to run the suite.
"""

import re
import socket
import sys
import time

from points_app.realtime.connection import Connection, Limits, Newcomer, Viewer
from points_app.realtime.frames import Message, frame
from points_app.realtime.handover import switching_protocols
from points_app.realtime.hub import Hub

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
    hub = Hub(echo, LIMITS, bytes)
    hub.start()
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        while True:
            sock, _ = listener.accept()
            viewer = Viewer(1, "s", float("inf"))
            hub.adopt(_newcomer(sock), viewer, time.monotonic())


def _newcomer(sock: socket.socket) -> Newcomer:
    """Read the request and prepare the answer."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += sock.recv(4096)
    head, _, said = head.partition(b"\r\n\r\n")
    key = _KEY.search(head)
    assert key is not None
    return Newcomer(sock, switching_protocols(key[1].decode()), said)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
