"""Who hears what: from channels to connections, every frame encoded once."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator

from points_app.notices.channels import EVERYONE, PRODUCT, USER
from points_app.realtime.coalescer import Coalescer
from points_app.realtime.connection import Connection
from points_app.realtime.frames import text_frame

Write = tuple[Connection, bytes]
KNOCK_SECONDS = 30.0  # longer than from a token's check to its socket's adoption


class Audience:
    """The connections of one process by the channels they hear. The hub's thread only.

    A connection hears EVERYONE, its user's channel, and the channels of all products, unless it
    chose some: then it is among the `choosy` and stands in the index under each of those.
    """

    def __init__(self) -> None:
        self._everyone: set[Connection] = set()
        self._choosy: set[Connection] = set()
        self._by_channel: dict[str, list[Connection]] = {}
        self._stock = Coalescer()

    def join(self, connection: Connection) -> list[Connection]:
        """Add a connection; returns all of its user's, oldest first."""
        self._everyone.add(connection)
        theirs = self._by_channel.setdefault(_user_channel(connection.viewer.user_id), [])
        theirs.append(connection)
        return theirs

    def leave(self, connection: Connection) -> None:
        """Remove a connection; one that is not there is left alone."""
        if connection in self._everyone:
            self._everyone.discard(connection)
            self.follow(connection, frozenset())
            self._unlist(_user_channel(connection.viewer.user_id), connection)

    def follow(self, connection: Connection, product_ids: frozenset[int]) -> None:
        """From now on only these products' stock; an empty set means all of them."""
        for channel in connection.products:
            self._unlist(channel, connection)
        connection.products = tuple(f"{PRODUCT}{each}" for each in product_ids)
        for channel in connection.products:
            self._by_channel.setdefault(channel, []).append(connection)
        if product_ids:
            self._choosy.add(connection)
        else:
            self._choosy.discard(connection)

    def everyone(self) -> list[Connection]:
        """All connections."""
        return list(self._everyone)

    def of_user(self, user_id: int) -> list[Connection]:
        """The user's connections, oldest first."""
        return list(self._by_channel.get(_user_channel(user_id), ()))

    def of_session(self, session_id: str) -> list[Connection]:
        """The connections opened with this session's tokens."""
        return [each for each in self._everyone if each.viewer.session_id == session_id]

    def address(self, notices: Iterable[tuple[str, str]], now: float) -> Iterator[Write]:
        """Yield one write per connection for all of `notices`, pairs of channel and text.

        Order is kept per channel. Stock that comes too fast waits; see `due_stock`.
        """
        batch = _Batch()
        for channel, text in notices:
            data = text_frame(text)
            if channel == EVERYONE:
                batch.common.append(data)
                batch.add(self._choosy, data)
            elif channel.startswith(USER):
                self._personal(batch, channel, data)
            elif channel.startswith(PRODUCT) and self._stock.passes(channel, data, now):
                batch.common.append(data)
                batch.add(self._by_channel.get(channel, ()), data)
        return self._writes(batch)

    def due_stock(self, now: float) -> Iterator[Write]:
        """The writes for stock that has waited long enough."""
        batch = _Batch()
        for channel, data in self._stock.due(now):
            batch.common.append(data)
            batch.add(self._by_channel.get(channel, ()), data)
        return self._writes(batch)

    def next_due(self) -> float | None:
        """When `due_stock` has something to say, on the clock of `now`."""
        return self._stock.next_due()

    def _personal(self, batch: "_Batch", channel: str, data: bytes) -> None:
        for connection in self._by_channel.get(channel, ()):
            if connection.held is not None:
                connection.held.append(data)
            elif connection.is_new(data):
                batch.own[connection].append(data)

    def _writes(self, batch: "_Batch") -> Iterator[Write]:
        for connection, frames in batch.own.items():
            yield connection, b"".join(frames)
        if batch.common:
            data = b"".join(batch.common)
            for connection in self._everyone - self._choosy:
                yield connection, data

    def _unlist(self, channel: str, connection: Connection) -> None:
        listed = self._by_channel[channel]
        listed.remove(connection)
        if not listed:
            del self._by_channel[channel]


class _Batch:
    """Frames to send: `common` to every connection that is not choosy, `own` to each besides."""

    def __init__(self) -> None:
        self.common: list[bytes] = []
        self.own: defaultdict[Connection, list[bytes]] = defaultdict(list)

    def add(self, connections: Iterable[Connection], data: bytes) -> None:
        for connection in connections:
            self.own[connection].append(data)


def _user_channel(user_id: int) -> str:
    return f"{USER}{user_id}"


class Closings:
    """Whose connections were closed lately: holds for one whose token was checked before."""

    def __init__(self) -> None:
        self._noted: dict[int | str, tuple[float, int, str]] = {}

    def note(self, whom: int | str, code: int, reason: str) -> None:
        """A user, by number, or a session, by name, was told to go now."""
        self._noted[whom] = time.monotonic(), code, reason

    def since(self, moment: float, whom: int | str) -> tuple[int, str] | None:
        """Code and reason, if that was not before `moment` (time.monotonic)."""
        at, code, reason = self._noted.get(whom, (float("-inf"), 0, ""))
        return (code, reason) if at >= moment else None

    def forget(self, now: float) -> None:
        """Forget what no newcomer can have missed any more."""
        if self._noted:
            kept = {
                whom: each for whom, each in self._noted.items() if each[0] > now - KNOCK_SECONDS
            }
            self._noted = kept
