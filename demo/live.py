"""A WebSocket as a client holds it. Notices are heard in the order they came.

Not simple-websocket's client: it keeps back a message that arrives together with the handshake
until something else arrives.
"""

import json
import socket
import time
from collections import deque
from typing import Any, Self
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)

from demo.narrator import Differs, expect

WITHIN = 10.0


class Refused(Exception):
    """The server answered the handshake with an HTTP status instead."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Live:
    """An open WebSocket. Raises Refused, or OSError when nobody answers."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._events: deque[Event] = deque()
        self._text = ""
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._socket = socket.create_connection((address.hostname, address.port or 80), WITHIN)
        target = f"{address.path}?{address.query}"
        self._socket.sendall(self._protocol.send(Request(address.netloc, target)))
        answer = self._next_event(WITHIN)
        if isinstance(answer, RejectConnection):
            self._socket.close()
            raise Refused(answer.status_code)
        if not isinstance(answer, AcceptConnection):
            raise Differs(f"no WebSocket handshake but {answer}")

    def hear(self, kind: str, within: float = WITHIN) -> Any:
        """The data of the next notice, which must be of this kind. Raises Differs."""
        message = self._receive(kind, within)
        expect("the next notice", message["type"], kind)
        return message.get("data")

    def hear_both(self, *kinds: str) -> list[Any]:
        """The data of the next notices, one of each kind, in whatever order they come."""
        messages = [self._receive(" or ".join(kinds), WITHIN) for _ in kinds]
        heard = {message["type"]: message["data"] for message in messages}
        expect("the notices", heard.keys(), set(kinds))
        return [heard[kind] for kind in kinds]

    def caught_up(self) -> list[Any]:
        """What is heard before the answer to a ping that is sent now."""
        self._say(type="ping")
        heard = []
        while (message := self._receive("pong", WITHIN))["type"] != "pong":
            heard.append(message)
        return heard

    def follow(self, *products: int) -> None:
        """Hear of these products' stock only."""
        self._say(type="subscribe_product", product_ids=products)
        self.caught_up()

    def closed_with(self, within: float = WITHIN) -> int:
        """The code of the server's close frame. Raises Differs when it keeps the socket open."""
        while not isinstance(event := self._next_event(within), CloseConnection):
            if event is None:
                raise Differs(f"the WebSocket is still open after {within:g} s")
        return event.code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _say(self, **message: object) -> None:
        self._socket.sendall(self._protocol.send(TextMessage(json.dumps(message))))

    def _receive(self, what: str, within: float) -> Any:
        """The next text message, as JSON. Raises Differs.

        The welcome points of a guest who has just logged in may be announced before or after this
        socket opened: that notice is passed over.
        """
        while event := self._next_event(within):
            if isinstance(event, Ping):
                self._socket.sendall(self._protocol.send(event.response()))
            elif isinstance(event, CloseConnection):
                raise Differs(f"the server closed the WebSocket ({event.code}) before {what}")
            elif isinstance(event, TextMessage):
                self._text += event.data
                if event.message_finished:
                    message, self._text = json.loads(self._text), ""
                    if (message.get("data") or {}).get("reason") != "register":
                        return message
        raise Differs(f"no {what} within {within:g} s")

    def _next_event(self, within: float) -> Event | None:
        """What the server sends next; None when `within` seconds pass without anything."""
        deadline = time.monotonic() + within
        while not self._events:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                self._protocol.receive_data(self._socket.recv(65536) or None)
            except TimeoutError:
                return None
            self._events.extend(self._protocol.events())
        return self._events.popleft()
