"""One connected guest: who it is, what it has said lately, and what it has not yet taken."""

import select
import socket
import struct
from dataclasses import dataclass
from typing import NamedTuple

from points_app.realtime.frames import FrameParser

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose socket it is. `expires_at` is the access token's end in epoch seconds."""

    user_id: int
    session_id: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What one guest may cost. Sizes in bytes, times in seconds."""

    message_bytes: int = 4096
    messages: int = 20
    messages_seconds: float = 10.0
    backlog_bytes: int = 64 * 1024
    send_buffer_bytes: int = 64 * 1024
    sockets_per_user: int = 5
    ping_seconds: int = 25
    goodbye_seconds: float = 2.0


class Newcomer(NamedTuple):
    """A client's socket, what it is to be sent first, and what was already read from it."""

    sock: socket.socket
    greeting: bytes
    said: bytes = b""


class Stalled(OSError):
    """The peer does not read what it is sent."""


class Connection:
    """One non-blocking socket; only the hub's thread uses it after the hub adopted it.

    `backlog` is what the kernel would not take yet. `held` keeps live notices while the missed ones
    are being read, and is None otherwise; `known` are those its client has by then, for as long as
    the relay may still bring them a second time. `products` are the channels of the products it
    chose; empty means all. `close_by` is set once the last frame is written: what remains is to
    wait for the peer's end of stream.
    """

    __slots__ = (
        "_epoll",
        "_limits",
        "awaiting_pong",
        "backlog",
        "close_by",
        "fd",
        "heard",
        "held",
        "known",
        "parser",
        "products",
        "sock",
        "viewer",
    )

    def __init__(
        self, sock: socket.socket, viewer: Viewer, limits: Limits, epoll: select.epoll, hold: bool
    ) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer_bytes)
        self._epoll = epoll
        self._limits = limits
        self.sock = sock
        self.fd = sock.fileno()
        self.viewer = viewer
        self.parser = FrameParser(limits.message_bytes)
        self.backlog = b""
        self.heard: tuple[float, ...] = ()
        self.awaiting_pong = False
        self.close_by: float | None = None
        self.held: list[bytes] | None = [] if hold else None
        self.known: frozenset[bytes] = frozenset()
        self.products: tuple[str, ...] = ()

    def write(self, data: bytes) -> None:
        """Send what the kernel takes and keep the rest; nothing once the last frame is written.

        Raises Stalled when more than `backlog_bytes` would have to be kept, OSError when the
        connection is gone.
        """
        if self.close_by is not None:
            return
        if not self.backlog:
            try:
                sent = self.sock.send(data)
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
            self._epoll.modify(self.fd, select.EPOLLIN | select.EPOLLOUT)
        if len(self.backlog) + len(data) > self._limits.backlog_bytes:
            raise Stalled
        self.backlog += data

    def flush(self) -> None:
        """Send more of the backlog, now that the socket is writable. Raises OSError."""
        try:
            self.backlog = self.backlog[self.sock.send(self.backlog) :]
        except BlockingIOError:
            return
        if not self.backlog:
            self._epoll.modify(self.fd, select.EPOLLIN)
            if self.close_by is not None:
                self.sock.shutdown(socket.SHUT_WR)

    def finish(self, last: bytes, now: float) -> None:
        """Write the close frame, then end our direction. Raises Stalled, OSError.

        The socket itself stays open until the peer has closed or `goodbye_seconds` are over:
        closing with unread input resets the connection, and the peer might never see the frame.
        """
        self.write(last)
        self.close_by = now + self._limits.goodbye_seconds
        if not self.backlog:
            self.sock.shutdown(socket.SHUT_WR)

    def drop(self) -> None:
        """Close the socket; for a peer that does not read, what the kernel still holds goes too."""
        if self.backlog:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.close_by = 0.0  # nothing more is heard or written
        self.sock.close()

    def is_new(self, notice: bytes) -> bool:
        """Whether a notice is not among the known ones. The relay keeps their order, so after the
        first new one none of the known can follow."""
        if not self.known:
            return True
        if notice in self.known:
            return False
        self.known = frozenset()
        return True

    def talks_too_much(self, now: float) -> bool:
        """Count one message heard at `now`; whether it is one too many for the sliding window."""
        since = now - self._limits.messages_seconds
        self.heard = (*(moment for moment in self.heard if moment > since), now)
        return len(self.heard) > self._limits.messages
