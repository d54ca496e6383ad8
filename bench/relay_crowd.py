"""Thousands of WebSocket guests in one process, for `bench/relay`: one epoll, no threads."""

import os
import select
import socket
import struct
import time
from collections.abc import Iterator

HANDSHAKE = (
    "GET /ws?token={token} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n"
)
AT_ONCE = 64
TIMEOUT = 60.0
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class CorruptStream(Exception):
    """The server sent something that is not the frame that was due."""


class Guest:
    """One client socket and what has arrived on it."""

    __slots__ = ("buffer", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def take(self, data: bytes) -> Iterator[bytes]:
        """Yield the payloads of the text frames that `data` completes; pings are answered."""
        self.buffer += data
        while len(self.buffer) >= 2:
            first, size = self.buffer[0], self.buffer[1]
            start = 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4]), 4
            if first not in (0x81, 0x89) or (size > 0x7F and start == 2):
                raise CorruptStream(f"frame begins with {self.buffer[:4].hex()}")
            if len(self.buffer) < start + size:
                return
            payload = self.buffer[start : start + size]
            self.buffer = self.buffer[start + size :]
            if first == 0x89:
                self.sock.send(b"\x8a\x80" + os.urandom(4))
            else:
                yield payload


class Crowd:
    """Guests connected to one server on 127.0.0.1:`port`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._epoll = select.epoll()
        self.guests: dict[int, Guest] = {}

    def connect(self, tokens: list[str]) -> None:
        """Add one guest per token, AT_ONCE at a time, each past its `connected` message.

        Raises CorruptStream or ConnectionError when a server does not welcome one.
        """
        for at in range(0, len(tokens), AT_ONCE):
            newcomers = [Guest(self._knock(token)) for token in tokens[at : at + AT_ONCE]]
            for guest in newcomers:
                self._enter(guest)

    def _knock(self, token: str) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        sock.sendall(HANDSHAKE.format(token=token).encode())
        return sock

    def _enter(self, guest: Guest) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += _some(guest.sock)
        status, _, rest = head.partition(b"\r\n\r\n")
        if b" 101 " not in status.partition(b"\r\n")[0]:
            raise ConnectionError(status.decode())
        while not any(True for _ in guest.take(rest)):
            rest = _some(guest.sock)
        guest.sock.setblocking(False)
        self.guests[guest.sock.fileno()] = guest
        self._epoll.register(guest.sock, select.EPOLLIN)

    def refuse(self, token: str, times: int) -> None:
        """Knock `times` with a token the server must answer with 401."""
        for _ in range(times):
            with self._knock(token) as sock:
                if b" 401 " not in _some(sock)[:20]:
                    raise ConnectionError("a bad token was let in")

    def wait(self, expected: bytes, counts: dict[int, int]) -> float:
        """Read until each guest (by descriptor) has had `counts` payloads more.

        Every payload must equal `expected`. Returns the time of the last one on the clock of
        time.perf_counter. Raises TimeoutError, CorruptStream.
        """
        missing = dict(counts)
        frame = bytes((0x81, 126)) + len(expected).to_bytes(2) + expected
        deadline = time.perf_counter() + TIMEOUT
        while missing:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{len(missing)} guests still wait")
            for fd, _ in self._epoll.poll(1.0):
                missing[fd] = missing.get(fd, 0) - self._heard(self.guests[fd], frame)
                if not missing[fd]:
                    del missing[fd]
        return time.perf_counter()

    def _heard(self, guest: Guest, frame: bytes) -> int:
        """Read once; how many times `frame` came. Raises CorruptStream for anything else."""
        data = _some(guest.sock)
        times, rest = divmod(len(data), len(frame))
        if not rest and not guest.buffer and data == frame * times:
            return times  # nothing but whole frames: the crowd must be faster than the servers
        payloads = list(guest.take(data))
        if any(payload != frame[4:] for payload in payloads):
            raise CorruptStream(payloads[0][:80].decode(errors="replace"))
        return len(payloads)

    def stall(self, share: float) -> set[int]:
        """Stop reading that share of the guests for good; returns their descriptors."""
        stalled = set(sorted(self.guests)[: int(len(self.guests) * share)])
        for fd in stalled:
            self._epoll.unregister(fd)
        return stalled

    def close(self) -> None:
        """Reset every connection."""
        for guest in self.guests.values():
            guest.sock.close()
        self.guests.clear()
        self._epoll.close()


def _some(sock: socket.socket) -> bytes:
    data = sock.recv(262_144)
    if not data:
        raise ConnectionError("the server closed a connection")
    return data
