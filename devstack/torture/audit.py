"""Does the database hold what the crowd was told, all of it, and nothing else?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, create_engine, text

from devstack.torture.book import Book, DrawTold, OrderTold, ReviewTold, UploadTold
from devstack.torture.town import WELCOME_POINTS

DRAWS = """
    SELECT draw_id, MIN(user_id), COUNT(*), SUM(points_cost),
           SUM(CASE WHEN prize_type = 'points' THEN prize_value ELSE 0 END)
    FROM lottery_records GROUP BY draw_id
"""
ORDERS = "SELECT order_id, user_id, commodity_id, quantity, points_cost FROM exchange_records"
CANCELLED = "SELECT order_id FROM exchange_records WHERE status = 'cancelled'"
UPLOADS = "SELECT upload_id, user_id, input_amount FROM photo_reviews"
REVIEWS = """
    SELECT upload_id, review_status, points_awarded FROM photo_reviews
    WHERE review_status <> 'pending'
"""
OPERATIONS = "SELECT id, user_id, points FROM points_records WHERE source = 'admin'"
RESTOCKS = """
    SELECT commodity_id, COUNT(*) FROM stock_movements WHERE operation = 'restock'
    GROUP BY commodity_id
"""
WALLETS = "SELECT user_id, total_points FROM users"
UNFINISHED = """
    SELECT COUNT(*) FROM photo_reviews
    WHERE processing_status IN ('queued', 'processing') OR is_stored = 0
"""


@dataclass
class Comparison:
    """Book against database. All zero and empty is what everybody wants."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    points_made: int = 0
    points_lost: int = 0
    unfinished_uploads: int = 0

    @property
    def is_clean(self) -> bool:
        problems = (self.lost, self.doubled, self.different, self.points_made, self.points_lost)
        return not any(problems) and not self.unfinished_uploads


def unfinished_uploads(url: str) -> int:
    """Accepted receipts that are not read, or whose picture is not stored yet."""
    return _read(url, lambda connection: int(connection.execute(text(UNFINISHED)).scalar_one()))


def compare(book: Book, url: str) -> Comparison:
    """Read the database at `url` and compare it with the book."""
    return _read(url, lambda connection: _compare(book, connection))


def _read(url: str, reading: Callable[[Connection], Any]) -> Any:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return reading(connection)
    finally:
        engine.dispose()


def _compare(book: Book, connection: Connection) -> Comparison:
    found = Comparison()

    def rows(query: str) -> Iterator[Any]:
        return iter(connection.execute(text(query)))

    kept: list[tuple[str, dict[Any, Any], dict[Any, Any]]] = [
        ("draw", book.draws, {r[0]: DrawTold(*map(int, r[1:])) for r in rows(DRAWS)}),
        ("order", book.orders, {r[0]: OrderTold(*r[1:]) for r in rows(ORDERS)}),
        ("cancelled", dict.fromkeys(book.cancelled), dict.fromkeys(r[0] for r in rows(CANCELLED))),
        ("upload", book.uploads, {r[0]: UploadTold(r[1], int(r[2] * 100)) for r in rows(UPLOADS)}),
        ("review", book.reviews, {r[0]: ReviewTold(r[1], r[2]) for r in rows(REVIEWS)}),
        ("operation", book.operations, {r[0]: (r[1], r[2]) for r in rows(OPERATIONS)}),
    ]
    for what, told, there in kept:
        found.lost += [f"{what} {key}" for key in told.keys() - there.keys()]
        found.doubled += [f"{what} {key}" for key in there.keys() - told.keys()]
        found.different += [
            f"{what} {key}: told {told[key]}, found {there[key]}"
            for key in told.keys() & there.keys()
            if told[key] != there[key]
        ]
    _compare_restocks(book, dict(tuple(r) for r in rows(RESTOCKS)), found)
    _compare_wallets(book, dict(tuple(r) for r in rows(WALLETS)), found)
    found.unfinished_uploads = int(connection.execute(text(UNFINISHED)).scalar_one())
    return found


def _compare_restocks(book: Book, there: dict[int, int], found: Comparison) -> None:
    """A restock takes no key: one whose answer was lost may have happened or not."""
    for product in book.restocked.keys() | there.keys():
        least = book.restocked[product]
        most = least + book.maybe_restocked[product]
        times = there.get(product, 0)
        if times < least:
            found.lost.append(f"restock of {product}: told {least}, found {times}")
        if times > most:
            found.doubled.append(f"restock of {product}: told at most {most}, found {times}")


def _compare_wallets(book: Book, there: dict[int, int], found: Comparison) -> None:
    expected = dict.fromkeys(book.welcomed, WELCOME_POINTS)
    for user_id, points in _changes(book):
        expected[user_id] = expected.get(user_id, 0) + points
    for user_id, points in expected.items():
        difference = there.get(user_id, 0) - points
        found.points_made += max(0, difference)
        found.points_lost += max(0, -difference)
        if difference:
            found.different.append(f"wallet of {user_id}: {there.get(user_id)}, told {points}")


def _changes(book: Book) -> Iterator[tuple[int, int]]:
    for draw in book.draws.values():
        yield draw.user_id, draw.won - draw.cost
    for order_id, order in book.orders.items():
        yield order.user_id, 0 if order_id in book.cancelled else -order.cost
    for upload_id, review in book.reviews.items():
        if upload_id in book.uploads:
            yield book.uploads[upload_id].user_id, review.points
    yield from book.operations.values()
