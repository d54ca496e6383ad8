"""A phone: it repeats a request, with the same key, until it knows what became of it."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devstack.torture.book import Book

PATIENCE_SECONDS = 12.0
GIVE_UP_SECONDS = 240.0
IN_PROGRESS = 8001
DEFINITE = frozenset({200, 404, 405})


class Unknown(Exception):
    """The request was sent, perhaps, and nobody said what became of it."""


class GaveUp(Exception):
    """Nothing definite was heard within GIVE_UP_SECONDS."""


@dataclass(frozen=True)
class Request:
    """What is sent again byte for byte until the answer is definite."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """A definite outcome; `tries` above 1 means that earlier outcomes were unknown."""

    code: int
    data: Any
    tries: int


def request(
    method: str, path: str, token: str | None = None, json_body: Any = None, **headers: str
) -> Request:
    """A JSON request; header names are given in Python's spelling."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if json_body is None:
        return Request(method, path, sent)
    sent["Content-Type"] = "application/json"
    return Request(method, path, sent, json.dumps(json_body).encode())


class Phone:
    """One connection at a time, kept alive as browsers do. For one thread."""

    def __init__(self, port: int, book: Book, wants_to_cut: Callable[[], bool]) -> None:
        self._port = port
        self._book = book
        self._wants_to_cut = wants_to_cut
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, what: str, wanted: Request) -> Answer:
        """Send until the outcome is definite, and count it. Raises GaveUp."""
        deadline, tries = time.monotonic() + GIVE_UP_SECONDS, 0
        while time.monotonic() < deadline:
            tries += 1
            try:
                status, envelope, wait = self._once(wanted)
            except Unknown:
                reason, wait = "no answer", 0.2
            else:
                if status in DEFINITE and envelope["code"] != IN_PROGRESS:
                    self._book.note(what, envelope["code"])
                    return Answer(envelope["code"], envelope["data"], tries)
                reason = f"{status} {envelope['code']}"
            with self._book.lock:
                self._book.retries[reason] += 1
            time.sleep(min(wait, 2.0))
        with self._book.lock:
            self._book.unsettled.append(f"{what} {wanted.path}")
        raise GaveUp(what)

    def _once(self, wanted: Request) -> tuple[int, Any, float]:
        """(status, envelope, seconds to wait before another try). Raises Unknown."""
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self._port, timeout=PATIENCE_SECONDS
                )
            self._connection.request(wanted.method, wanted.path, wanted.body, wanted.headers)
            if self._wants_to_cut():
                self._book.cuts += 1
                raise Unknown
            answer = self._connection.getresponse()
            envelope = json.loads(answer.read())
            wait = float(answer.headers.get("Retry-After") or 0.3)
            if answer.headers.get("Connection", "").lower() == "close":
                self.hang_up()
            return answer.status, envelope, wait
        except Unknown:
            self.hang_up()
            raise
        except (OSError, http.client.HTTPException, ValueError):
            self.hang_up()
            raise Unknown from None

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Probe(threading.Thread):
    """Asks one cheap thing at short intervals and keeps when it worked and when it did not."""

    def __init__(self, port: int, wanted: Callable[[], Request], every: float = 0.05) -> None:
        super().__init__(name="probe", daemon=True)
        self._port = port
        self._wanted = wanted
        self._every = every
        self._over = threading.Event()
        self.last_failure = 0.0
        self.last_success = 0.0
        self.failures = 0

    def run(self) -> None:
        while not self._over.wait(self._every):
            if self._works():
                self.last_success = time.monotonic()
            else:
                self.last_failure = time.monotonic()
                self.failures += 1

    def stop(self) -> None:
        """End the thread."""
        self._over.set()
        self.join()

    def _works(self) -> bool:
        wanted = self._wanted()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request(wanted.method, wanted.path, wanted.body, wanted.headers)
            answer = connection.getresponse()
            return answer.status == 200 and json.loads(answer.read())["code"] == 0
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
