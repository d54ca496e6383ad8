"""Taking a client's socket away from flask-sock, simple-websocket and gunicorn.

The only file that leans on their internals; tests/realtime/test_handover.py fails when an update
changes one of them.
"""

import os
import socket
from typing import NoReturn

from simple_websocket import Server

SOCKET_KEY = "gunicorn.socket"


class NoThread:
    """Stands in for simple-websocket's reader thread: the hub reads."""

    name = ""

    def __init__(self, target: object) -> None:
        pass

    def start(self) -> None:
        pass


def take_socket(ws: Server) -> socket.socket:
    """The upgraded client's socket, ours alone from here on.

    simple-websocket is told that it is disconnected, so it leaves the stream alone.
    Raises OSError when the process is out of descriptors.
    """
    ours: socket.socket = ws.sock.dup()
    _disown(ws.sock)
    ws.connected = False
    return ours


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
    """Have gunicorn's socket name a fresh, unconnected one.

    gunicorn ends a request with a shutdown, which would reach every duplicate of the descriptor,
    and lingers for the client's end of stream. On an unconnected socket both come to nothing.
    """
    with socket.socket(theirs.family) as unconnected:
        os.dup2(unconnected.fileno(), theirs.fileno(), inheritable=False)
