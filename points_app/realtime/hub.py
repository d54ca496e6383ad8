"""One event loop per process: every guest's socket, non-blocking, in one epoll thread."""

import logging
import select
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from points_app.metrics import SOCKETS
from points_app.realtime.audience import Audience, Closings
from points_app.realtime.connection import Connection, Limits, Newcomer, Viewer
from points_app.realtime.frames import (
    CloseCode,
    Message,
    Opcode,
    ProtocolError,
    close_frame,
    close_reply,
    frame,
)
from points_app.realtime.mailbox import Mailbox
from points_app.threads import Lasting

log = logging.getLogger(__name__)

READ_BYTES = 16 * 1024
STOP_SECONDS = 0.4
TICK_SECONDS = 1.0
_PING = frame(Opcode.PING, b"")

Answer = Callable[["Hub", Connection, Message], bytes | None]
Find = Callable[[Any], list[Connection]]


class Hub:
    """Owns the sockets given to `adopt` until they close.

    `answer` gets every data message in the loop's thread and returns the frame to send back, or
    None; it may raise ProtocolError to close the connection. `missed` makes the frame all hear when
    the loop failed and began anew.
    """

    def __init__(self, answer: Answer, limits: Limits, missed: Callable[[], bytes]) -> None:
        self.audience = Audience()
        self._answer = answer
        self._limits = limits
        self._missed = missed
        self._connections: dict[int, Connection] = {}
        self._leaving: set[Connection] = set()
        self._closings, self._begun = Closings(), False
        self._ticks, self._next_tick = 0, 0.0
        self._stop_by: float | None = None
        self._epoll = select.epoll()
        self._mailbox = Mailbox()
        self._epoll.register(self._mailbox.fd, select.EPOLLIN)
        self._thread = Lasting("realtime-hub", self._run)

    # For every thread.

    def start(self) -> None:
        """Start the loop's thread."""
        self._thread.start()

    def __len__(self) -> int:
        """Sockets held, those that are closing included."""
        return len(self._connections)

    def adopt(
        self, newcomer: Newcomer, viewer: Viewer, knocked_at: float, hold: bool = False
    ) -> Connection:
        """Greet and take over a client's socket; the caller must not touch it again.

        A `close_user` or `close_session` since `knocked_at` (time.monotonic) holds for it too. With
        `hold`, the user's notices wait until `replay` has been called.

        Does not wake the loop, which would cost a change of threads: what concerns the newcomer
        does, and the loop looks into the mailbox before anything else. Raises OSError.
        """
        connection = Connection(newcomer.sock, viewer, self._limits, self._epoll, hold)
        self._epoll.register(connection.fd, select.EPOLLIN)
        tell = self._mailbox.post if newcomer.said else self._mailbox.leave
        greeted = threading.Lock()
        with greeted:
            tell(self._adopt, connection, knocked_at, newcomer.said, greeted)
            with suppress(OSError):  # the loop hears by itself that the client is gone
                connection.write(newcomer.greeting)
            self._connections[connection.fd] = connection  # from here on the loop hears it
        return connection

    def replay(self, connection: Connection, had: list[bytes], missed: list[bytes]) -> None:
        """Send `missed` and then what was held since `adopt` and is in neither list.

        The relay may still bring what the client `had` on its last connection.
        """
        self._mailbox.post(self._replay, connection, had, missed)

    def deliver(self, notices: list[tuple[str, str]]) -> None:
        """Send notices, pairs of channel and text, to whom they address."""
        self._mailbox.post(self._deliver, notices)

    def tell_all(self, data: bytes) -> None:
        """Send one frame to every connection."""
        self._mailbox.post(self._tell_all, data)

    def close_user(self, user_id: int, code: int, reason: str) -> None:
        """Close every connection of a user."""
        self._mailbox.post(self._close_those, user_id, self.audience.of_user, code, reason)

    def close_session(self, session_id: str, code: int, reason: str) -> None:
        """Close every connection that was opened with a session's token."""
        self._mailbox.post(self._close_those, session_id, self.audience.of_session, code, reason)

    def begin_stop(self) -> None:
        """Close every connection with 1012 and end the loop soon."""
        self._mailbox.post(self._begin_stop)

    def join(self) -> None:
        """Wait for the loop's end after `begin_stop`, a little over STOP_SECONDS at most."""
        self._thread.join(STOP_SECONDS + 1)

    # The loop and what the mailbox calls: the loop's thread only.

    def _run(self) -> None:
        if self._begun:  # anew: some may not have heard what others did
            self._tell_all(self._missed())
        self._begun = True
        while self._stop_by is None or (self._connections and time.monotonic() < self._stop_by):
            self._turn()
        self._mailbox.run()
        for connection in list(self._connections.values()):
            self._drop(connection)
        self._epoll.close()

    def _turn(self) -> None:
        happened = dict(self._epoll.poll(self._patience()))
        if happened.pop(self._mailbox.fd, None):
            self._mailbox.silence()
        self._mailbox.run()
        for fd, events in happened.items():
            self._on_event(fd, events)
        now = time.monotonic()
        self._write_all(self.audience.due_stock(now))
        if now >= self._next_tick:
            self._next_tick = now + TICK_SECONDS
            self._tick(now)

    def _patience(self) -> float:
        """Seconds until something is due."""
        moments = (self._next_tick, self.audience.next_due(), self._stop_by)
        first = min(moment for moment in moments if moment is not None)
        return max(0.0, first - time.monotonic())

    def _on_event(self, fd: int, events: int) -> None:
        connection = self._connections.get(fd)
        if connection is None:
            return
        try:
            if events & select.EPOLLOUT:
                connection.flush()
            if events & ~select.EPOLLOUT:
                self._receive(connection)
        except OSError:
            self._drop(connection)
        except Exception:
            log.exception("a connection failed and was dropped")
            self._drop(connection)

    def _adopt(
        self, connection: Connection, knocked_at: float, said: bytes, greeted: threading.Lock
    ) -> None:
        with greeted:  # nothing must leave before the greeting has
            if not self._holds(connection):  # the client left before this turn came
                return
            theirs = self.audience.join(connection)
        if self._stop_by is not None:
            self._close(connection, CloseCode.RESTART, "restart")
        elif len(theirs) > self._limits.sockets_per_user:
            self._close(theirs[0], CloseCode.REPLACED, "replaced by a newer connection")
        for whom in (connection.viewer.user_id, connection.viewer.session_id):
            if (closed := self._closings.since(knocked_at, whom)) is not None:
                self._close(connection, *closed)
        self._hear(connection, said)

    def _replay(self, connection: Connection, had: list[bytes], missed: list[bytes]) -> None:
        held, connection.held = connection.held or [], None
        connection.known = frozenset(had + missed)
        new = [each for each in held if connection.is_new(each)]
        self._write(connection, b"".join(missed + new))

    def _deliver(self, notices: list[tuple[str, str]]) -> None:
        self._write_all(self.audience.address(notices, time.monotonic()))

    def _tell_all(self, data: bytes) -> None:
        self._write_all((connection, data) for connection in self.audience.everyone())

    def _close_those(self, whom: Any, find: Find, code: int, reason: str) -> None:
        self._closings.note(whom, code, reason)
        for connection in find(whom):
            self._close(connection, code, reason)

    def _begin_stop(self) -> None:
        if self._stop_by is None:
            self._stop_by = time.monotonic() + STOP_SECONDS
        for connection in self.audience.everyone():
            self._close(connection, CloseCode.RESTART, "restart")

    # One connection.

    def _receive(self, connection: Connection) -> None:
        """Read once. Raises OSError."""
        try:
            data = connection.sock.recv(READ_BYTES)
        except BlockingIOError:  # the event was for an earlier owner of this descriptor number
            return
        if not data:
            return self._drop(connection)
        self._hear(connection, data)

    def _hear(self, connection: Connection, data: bytes) -> None:
        """Act on what a client says until it or we say goodbye. Raises OSError."""
        try:
            for message in connection.parser.feed(data) if connection.close_by is None else ():
                if message.opcode is Opcode.CLOSE:
                    self._finish(connection, close_reply(message.payload))
                    return
                self._act(connection, message)
        except ProtocolError as error:
            self._close(connection, error.code, error.reason)

    def _act(self, connection: Connection, message: Message) -> None:
        expected = connection.awaiting_pong and message.opcode is Opcode.PONG
        connection.awaiting_pong = False
        if not expected and connection.talks_too_much(time.monotonic()):
            raise ProtocolError(CloseCode.POLICY, "too many messages")
        if message.opcode is Opcode.PING:
            connection.write(frame(Opcode.PONG, message.payload))
        elif message.opcode is not Opcode.PONG:
            reply = self._answer(self, connection, message)
            if reply is not None:
                connection.write(reply)

    def _write_all(self, writes: Iterable[tuple[Connection, bytes]]) -> None:
        for connection, data in writes:
            try:
                connection.write(data)
            except OSError:
                self._drop(connection)

    def _write(self, connection: Connection, data: bytes) -> None:
        self._write_all([(connection, data)])

    def _close(self, connection: Connection, code: int, reason: str) -> None:
        self._finish(connection, close_frame(code, reason))

    def _finish(self, connection: Connection, last: bytes) -> None:
        if not self._holds(connection):
            return
        self.audience.leave(connection)
        self._leaving.add(connection)
        try:
            connection.finish(last, time.monotonic())
        except OSError:
            self._drop(connection)

    def _holds(self, connection: Connection) -> bool:
        """Whether it was not dropped: its descriptor may be a newcomer's by now."""
        return self._connections.get(connection.fd) is connection

    def _drop(self, connection: Connection) -> None:
        if self._holds(connection):
            del self._connections[connection.fd]
            self.audience.leave(connection)
            self._leaving.discard(connection)
            connection.drop()

    # Once a second.

    def _tick(self, now: float) -> None:
        """End what lingers, and look after one share of the connections."""
        for connection in [each for each in self._leaving if (each.close_by or 0) <= now]:
            self._drop(connection)
        SOCKETS.set(len(self._connections))
        self._closings.forget(now)
        self._ticks += 1
        share = self._limits.ping_seconds
        for fd in [fd for fd in list(self._connections) if (fd - self._ticks) % share == 0]:
            self._look_after(self._connections[fd])

    def _look_after(self, connection: Connection) -> None:
        if connection.close_by is not None:
            return
        if connection.awaiting_pong:
            self._drop(connection)
        elif connection.viewer.expires_at <= time.time():
            self._close(connection, CloseCode.TOKEN_OVER, "token expired")
        else:
            connection.awaiting_pong = True
            self._write(connection, _PING)
