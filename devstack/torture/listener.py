"""A guest with the mini program open: what is heard over the WebSocket must be true, and enough.

It does what docs/frontend.md tells clients to do: the last notice wins, `resync` means to read
again, and whoever connects again names the last `seq`.
"""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from websocket import (
    WebSocket,
    WebSocketBadStatusException,
    WebSocketException,
    WebSocketTimeoutException,
    create_connection,
)

from devstack.torture.book import Book
from devstack.torture.client import GaveUp, Phone, request
from devstack.torture.town import Member

LOOK_SECONDS = 0.25
REST_SECONDS = 0.3
# The server pings every 25 s; a client that hears nothing for longer connects again.
SILENT_SECONDS = 60.0
UNAUTHORIZED = 401


@dataclass
class Screen:
    """What one guest sees, and everything that was ever shown."""

    balance: int = 0
    stock: dict[int, int] = field(default_factory=dict)
    reviews: dict[str, str] = field(default_factory=dict)
    operations: dict[str, int] = field(default_factory=dict)
    balances: set[int] = field(default_factory=set)
    heard: int = 0
    connects: int = 0
    resyncs: int = 0


class Listener(threading.Thread):
    """Keeps a screen by notices alone, and reads again only when it is told to or was away."""

    def __init__(self, number: int, port: int, member: Member, book: Book) -> None:
        super().__init__(name=f"listener-{number}", daemon=True)
        self.member = member
        self.screen = Screen()
        self.failure: BaseException | None = None
        self._port = port
        self._book = book
        self._phone = Phone(port, book, lambda: False)
        self._over = threading.Event()
        self._changed = threading.Condition()
        self._token = member.token
        self._seq: int | None = None
        self._seen: set[str] = set()
        self._shown_at = 0.0

    def stop(self) -> None:
        """Hang up and end."""
        self._over.set()
        self.join()

    def wait_for_change(self, since: float, seconds: float) -> bool:
        """Whether a balance was shown after `since` (time.monotonic), within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._shown_at >= since, seconds)

    def run(self) -> None:
        try:
            while not self._over.is_set():
                socket = self._connect()
                if socket is None:
                    self._over.wait(REST_SECONDS)
                    continue
                try:
                    self._listen(socket)
                except (OSError, WebSocketException, GaveUp):
                    pass  # cut off: that is what the faults are for
                finally:
                    socket.shutdown()
        except BaseException as error:
            self.failure = error
            raise

    def _connect(self) -> WebSocket | None:
        address = f"ws://127.0.0.1:{self._port}/ws?token={self._token}"
        if self._seq is not None:
            address += f"&since={self._seq}"
        try:
            socket = create_connection(address, timeout=5)
        except WebSocketBadStatusException as error:
            if error.status_code == UNAUTHORIZED:
                self._token = self.member.token  # the crowd logs in again when it must
            return None
        except (OSError, WebSocketException):
            return None
        socket.settimeout(LOOK_SECONDS)
        self.screen.connects += 1
        return socket

    def _listen(self, socket: WebSocket) -> None:
        last = time.monotonic()
        if self._seq is None:
            self._read_again()
        else:
            self._read_stock()  # `since` brings the guest's own notices, not those for everybody
        while not self._over.is_set() and time.monotonic() - last < SILENT_SECONDS:
            try:
                text = socket.recv()
            except WebSocketTimeoutException:
                continue
            if not text:
                return
            last = time.monotonic()
            self._hear(json.loads(text))

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connected":
            return
        if kind == "resync":
            self.screen.resyncs += 1
            self._seq = None
            self._read_again()
            return
        self._check(message)
        self.screen.heard += 1
        data = message["data"]
        if kind == "points_update":
            self.screen.operations[data["operation_id"]] = data["change_points"]
            self._show_balance(data["total_points"])
        elif kind == "stock_update":
            self.screen.stock[data["product_id"]] = data["stock"]
        elif kind == "review_result":
            self.screen.reviews[data["upload_id"]] = data["status"]

    def _check(self, message: dict[str, Any]) -> None:
        """Each notice once, and the guest's own without a gap."""
        if message["message_id"] in self._seen:
            self._wrong(f"twice: {message}")
        self._seen.add(message["message_id"])
        seq = message.get("seq")
        if seq is None:
            return
        if self._seq is not None and seq != self._seq + 1:
            self._wrong(f"{self._seq}, then {message}")
        self._seq = seq

    def _wrong(self, what: str) -> None:
        with self._book.lock:
            self._book.contradictions.append(f"{self.name} heard {what}")

    def _read_again(self) -> None:
        self._read_stock()
        self._show_balance(self._get("/api/user/info")["total_points"])

    def _read_stock(self) -> None:
        products = self._get("/api/exchange/products?limit=50")["products"]
        self.screen.stock = {each["id"]: each["stock"] for each in products}

    def _get(self, path: str) -> Any:
        """Read until there is an answer, with the guest's newest token. Raises GaveUp."""
        while True:
            wanted = request("GET", path, self.member.token, X_Forwarded_For=self.member.address)
            answer = self._phone.ask("reread", wanted)
            if answer.code == 0:
                return answer.data
            self._over.wait(REST_SECONDS)

    def _show_balance(self, points: int) -> None:
        with self._changed:
            self.screen.balance = points
            self.screen.balances.add(points)
            self._shown_at = time.monotonic()
            self._changed.notify_all()
