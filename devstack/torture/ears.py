"""All listeners together: does push work after each fault, and are the screens right at the end?"""

import time
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, create_engine, text

from devstack.torture.book import Book
from devstack.torture.client import Phone, request
from devstack.torture.listener import Listener, Screen
from devstack.torture.town import Town

DEAF_SECONDS = 30.0
LEDGER = "SELECT user_id, related_id, points, balance_after FROM points_records"
STOCK = "SELECT commodity_id, stock FROM commodity_pool"
REVIEWS = "SELECT upload_id, review_status FROM photo_reviews"


class Ears:
    """Listeners for the first guests of the town, and what is wrong with what they heard."""

    def __init__(self, count: int, seed: int, port: int, town: Town, book: Book) -> None:
        self._dice = Random(f"{seed}/ears")
        self._town = town
        self._book = book
        self._phone = Phone(port, book, lambda: False)
        members = town.guests[:count]
        self.listeners = [Listener(n, port, each, book) for n, each in enumerate(members, 1)]
        self.waits: dict[str, list[float]] = defaultdict(list)

    def start(self) -> None:
        """Connect everybody."""
        for listener in self.listeners:
            listener.start()

    def stop(self) -> None:
        """Hang everybody up."""
        for listener in self.listeners:
            listener.stop()

    def try_push(self, after: str) -> None:
        """Give one of them a point, and take the time until something shows on that screen.

        Whoever sees nothing for DEAF_SECONDS is noted in the book as a contradiction.
        """
        if not self.listeners:
            return
        listener = self._dice.choice(self.listeners)
        asked_at = time.monotonic()
        self._give_a_point(listener.member.user_id)
        answered_at = time.monotonic()
        if not listener.wait_for_change(asked_at, DEAF_SECONDS):
            with self._book.lock:
                self._book.contradictions.append(f"{listener.name} was deaf after {after}")
        self.waits[after].append(time.monotonic() - answered_at)

    def wait_for_the_truth(self, url: str, seconds: float) -> list[str]:
        """What is wrong on the screens, once all notices had so much time to arrive."""
        deadline = time.monotonic() + seconds
        while (wrong := self._compare(url)) and time.monotonic() < deadline:
            time.sleep(0.25)
        return wrong + [
            f"{one.name} failed: {one.failure!r}" for one in self.listeners if one.failure
        ]

    def totals(self) -> str:
        """What was heard, in one line."""
        screens = [listener.screen for listener in self.listeners]
        return (
            f"{len(screens)} listeners heard {sum(each.heard for each in screens):,} notices, "
            f"connected {sum(each.connects for each in screens):,} times, "
            f"were told to read again {sum(each.resyncs for each in screens):,} times"
        )

    def _give_a_point(self, user_id: int) -> None:
        admin = self._town.admin
        body = {"user_id": user_id, "points": 1, "reason": "活动赠送"}
        key = str(UUID(int=self._dice.getrandbits(128), version=4))
        headers = {"X_Forwarded_For": admin.address, "Idempotency_Key": key}
        wanted = request("POST", "/api/points/operate", admin.token, body, **headers)
        answer = self._phone.ask("operate", wanted)
        if answer.code == 0:
            self._book.tell(self._book.operations, answer.data["record_id"], (user_id, 1))

    def _compare(self, url: str) -> list[str]:
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                return list(self._differences(connection))
        finally:
            engine.dispose()

    def _differences(self, connection: Connection) -> Iterator[str]:
        booked: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        balances: dict[int, set[int]] = defaultdict(set)
        now: dict[int, int] = {}
        for user_id, related, points, balance in connection.execute(text(LEDGER + " ORDER BY id")):
            booked[user_id][related] += points
            balances[user_id].add(balance)
            now[user_id] = balance
        stock = dict(map(tuple, connection.execute(text(STOCK))))
        reviews = dict(map(tuple, connection.execute(text(REVIEWS))))
        for listener in self.listeners:
            user_id, screen = listener.member.user_id, listener.screen
            for problem in (
                *_untrue(screen, booked[user_id], balances[user_id], reviews),
                *_stale(screen, now[user_id], stock),
            ):
                yield f"{listener.name}: {problem}"


def _untrue(
    screen: Screen, booked: dict[str, int], balances: set[int], reviews: dict[str, str]
) -> Iterator[str]:
    """What was shown and never was."""
    for operation, change in list(screen.operations.items()):
        if operation not in booked:
            yield f"heard of {operation}, which never happened"
        elif not operation.startswith("EX") and change != booked[operation]:
            yield f"heard of {change} points for {operation}, which brought {booked[operation]}"
    yield from (f"saw a balance of {each}" for each in screen.balances - balances)
    for upload_id, status in list(screen.reviews.items()):
        if reviews.get(upload_id) != status:
            yield f"heard that {upload_id} was {status}, it is {reviews.get(upload_id)}"


def _stale(screen: Screen, balance: int, stock: dict[int, int]) -> Iterator[str]:
    """What is still shown and no longer is."""
    if screen.balance != balance:
        yield f"shows {screen.balance} points and has {balance}"
    for product_id, shown in list(screen.stock.items()):
        if stock[product_id] != shown:
            yield f"shows {shown} of product {product_id}, of which there are {stock[product_id]}"


def describe(waits: dict[str, list[float]]) -> list[str]:
    """Seconds until push was there again after each kind of fault, worst last."""
    rows: list[tuple[float, str, Any]] = [(max(each), kind, each) for kind, each in waits.items()]
    return [f"{kind:<32}{len(each):>6}{worst:>8.2f}" for worst, kind, each in sorted(rows)]
