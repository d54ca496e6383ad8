"""Taking a client's socket away from flask-sock and gunicorn.

The only file that leans on their internals; tests/realtime/test_handover.py fails when an update
changes one of them.
"""

import base64
import hashlib
import os
import re
import socket
from typing import Any, NoReturn

import flask_sock

SOCKET_KEY = "gunicorn.socket"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")  # RFC 9110, section 5.6.2
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_UNCONNECTED = socket.socket().detach()  # for as long as the process lives

Environ = dict[str, Any]


class Upgrade:
    """What flask-sock hands to its route: an upgrade whose answer has not been sent yet.

    Stands in for simple_websocket.Server, which takes ten times as long and sends the answer before
    the route is asked. The gate has checked the request.
    """

    mode = "gunicorn"

    def __init__(self, environ: Environ) -> None:
        self._sock: socket.socket = environ[SOCKET_KEY]
        self.answer = switching_protocols(
            environ["HTTP_SEC_WEBSOCKET_KEY"], environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "")
        )

    def take_socket(self) -> socket.socket:
        """The client's socket, ours alone from here on.

        Raises OSError when the process is out of descriptors.
        """
        ours = self._sock.dup()
        _disown(self._sock)
        return ours

    def close(self) -> None:
        """Called by flask-sock when the route returns; the hub closes."""


flask_sock.Server = Upgrade


def switching_protocols(key: str, offered: str = "") -> bytes:
    """The answer that accepts a handshake with this Sec-WebSocket-Key (RFC 6455, 4.2.2).

    Of the subprotocols `offered` the first is chosen, whatever it is called: a browser closes a
    connection on which it offered some and none was chosen.
    """
    first = offered.partition(",")[0].strip()
    chosen = f"Sec-WebSocket-Protocol: {first}\r\n" if _TOKEN.fullmatch(first) else ""
    accept = base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + chosen.encode()
        + b"Sec-WebSocket-Accept: "
        + accept
        + b"\r\n\r\n"
    )


def read_ahead(environ: Environ) -> bytes:
    """Take what gunicorn has read behind the request's head: the first frames of a client that did
    not wait for the answer."""
    return environ["wsgi.input"].reader.unreader.take_buffered()


def answer_and_close(sock: socket.socket, answer: bytes) -> NoReturn:
    """Send a whole HTTP answer and close at once.

    Half the cost of an answer through gunicorn, which would keep the connection for another
    request. Leaves with the StopIteration by which gunicorn learns that there is nothing to write.
    """
    sock.sendall(answer)
    # Both ways: gunicorn would wait up to two seconds for the client's end of stream.
    sock.shutdown(socket.SHUT_RDWR)
    raise StopIteration


def _disown(theirs: socket.socket) -> None:
    """Have gunicorn's socket name one that is not connected.

    gunicorn ends a request with a shutdown, which would reach every duplicate of the descriptor,
    and lingers for the client's end of stream. On an unconnected socket both come to nothing.
    """
    os.dup2(_UNCONNECTED, theirs.fileno(), inheritable=False)
