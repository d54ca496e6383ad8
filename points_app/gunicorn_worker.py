"""gunicorn's threaded worker, for clients that send too little, too much, or too many connections.

gunicorn.conf.py reads this file by its path: at its top it imports nothing of the application.
"""

import errno
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

# A connection's first byte must have come by then; nginx gives its clients as long.
FIRST_BYTE_SECONDS = 10.0
# A client that is silent for so long while its body is thrown away is not going to send the rest.
SILENCE_SECONDS = 3.0
NO_DESCRIPTOR = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
NOBODY_THERE = {errno.EAGAIN, errno.ECONNABORTED}
REST_SECONDS = 0.05
CHUNK = 65536


class Connection(TConn):
    """A connection that can be rid of what its client still sends."""

    is_read = False

    def expect(self, most_bytes: int, seconds: float) -> None:
        """A request begins, of which at most so much is thrown away."""
        self.is_read = False
        self._left, self._ends = most_bytes, time.monotonic() + seconds

    def discard(self, read: Callable[[int], bytes]) -> bool:
        """Throw away what `read` gives; False when that was too much or took too long."""
        self.sock.settimeout(SILENCE_SECONDS)
        while self._left > 0 and time.monotonic() < self._ends:
            part = read(CHUNK)
            if not part:
                return True
            self._left -= len(part)
        return False

    def close(self, graceful: bool = False) -> None:
        """gunicorn would linger here for two seconds, in the thread that serves everybody."""
        util.close(self.sock)


class Worker(ThreadWorker):
    """A thread serves a connection only while there is a request on it; a connection more than the
    process has room for takes the place of one that only waits; and a refusal arrives, even when it
    was sent before the whole body had come."""

    def init_process(self) -> None:
        """In the process that serves."""
        from points_app import descriptors

        self._room = descriptors.for_connections()
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and give it to a thread when something has been said on it."""
        try:
            client, address = self._take(listener)
        except OSError as error:
            if error.errno in NO_DESCRIPTOR:
                self.log.warning("No descriptor is free for a connection: it waits")
                time.sleep(REST_SECONDS)
            elif error.errno not in NOBODY_THERE:
                raise
            return
        if client.fileno() >= self._room:
            self._refuse(client)
            return
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        if _has_spoken(client):
            connection.data_ready = True
            self.enqueue_req(connection)
        else:
            self._wait_for_request(connection)

    def handle(self, conn: Connection) -> Any:
        """Serve a request. What is still coming of one that was refused is thrown away here: to
        close a connection with bytes unread resets it, and the answer may be lost with it."""
        settings, most = self.wsgi.config["SETTINGS"], self.wsgi.config["MAX_CONTENT_LENGTH"]
        # Twice of what may be sent, so that "too large" is heard too; as slowly as a body may come.
        conn.expect(2 * most, settings.body_seconds)
        keep = super().handle(conn)
        if not keep and not conn.is_read:
            with suppress(OSError), conn.sock as client:
                client.shutdown(socket.SHUT_WR)
                conn.discard(client.recv)
        return keep

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Say in an envelope what gunicorn says in HTML: it cannot read this, or it broke."""
        from points_app.errors.base import InvalidInput, SystemFailure

        if isinstance(exc, ParseException):
            self.log.warning("A request that cannot be read: %s", type(exc).__name__)
            answer = _answer(InvalidInput.of("request", type(exc).__name__), 400)
        else:
            self.log.error("Error handling a request", exc_info=exc)
            answer = _answer(SystemFailure(), SystemFailure.status)
        with suppress(OSError):
            client.sendall(answer)

    def _wait_for_request(self, conn: Connection) -> None:
        conn.timeout = time.monotonic() + FIRST_BYTE_SECONDS
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def _take(self, listener: socket.socket) -> tuple[socket.socket, Any]:
        """A new descriptor is the lowest that is free: so many are open, whatever they are."""
        client, address = listener.accept()
        if client.fileno() >= self._room and self._make_room():
            with client:
                return client.dup(), address  # under the number that is free now
        return client, address

    def _make_room(self) -> bool:
        """Close the connection that has waited longest without a request; False if none waits."""
        for waiting in (self.pending_conns, self.keepalived_conns):
            for conn in waiting:
                if not _has_spoken(conn.sock):
                    waiting.remove(conn)
                    self.poller.unregister(conn.sock)
                    self.nr_conns -= 1
                    conn.close()
                    return True
        return False

    def _refuse(self, client: socket.socket) -> None:
        from points_app.errors.base import ServiceUnavailable

        with suppress(OSError), client:
            client.setblocking(False)
            client.send(_answer(ServiceUnavailable(), ServiceUnavailable.status))
            client.recv(CHUNK)  # closing with a request unread would reset the connection

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, nobody who has not spoken yet is waited for."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Read what the application left of the body, so that the connection can be used again."""
        body = conn.parser.mesg.body
        with suppress(OSError, ParseException):
            # After a malformed chunk nobody knows where the next request begins.
            conn.is_read = not getattr(body, "failed", False) and conn.discard(body.read)
        return keepalive and conn.is_read


def _has_spoken(client: socket.socket) -> bool:
    """Whether a request has begun, or the connection ended."""
    try:
        client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True  # whoever serves it finds out
    return True


def _answer(error: Any, status: int) -> bytes:
    """A whole answer: the envelope of an AppError."""
    from points_app.wire import envelope

    body = envelope(error.data, error.code, error.message)
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
    if error.retry_after is not None:
        head += f"Retry-After: {error.retry_after}\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
