"""Proofs that money and facts agree: draws, orders, receipts, stock, and nothing paid twice."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Integer, String, and_, cast, func, or_, select

from points_app.database.rows import AnySelect
from points_app.models.exchange import Order, OrderStatus, Product, StockMovement
from points_app.models.idempotency import IdempotencyKey
from points_app.models.lottery import Draw, PrizeType
from points_app.models.points import CheckIn, LedgerEntry, Source
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.lottery.draw_types import DRAW_TYPES
from points_app.services.proof.bookings import booked, columns, differs
from points_app.services.proof.books import Books, Check, Finding

# Rows that moved in from the first backend name their old id instead of a fact of ours
# (services/legacy); its facts are marked `imported` and asked for no rows.
IMPORTED_PREFIX = "legacy:"


def _draws(books: Books) -> Iterator[Finding]:
    charge, is_charge = booked(Source.LOTTERY, Draw.draw_id)
    credit, is_credit = booked(Source.LOTTERY_WIN, Draw.draw_id)
    query = (
        select(Draw, *columns(charge, Source.LOTTERY), *columns(credit, Source.LOTTERY_WIN))
        .select_from(Draw.__table__.outerjoin(charge, is_charge).outerjoin(credit, is_credit))
        .where(*books.mine(Draw.user_id), Draw.imported.is_(False))
        .order_by(Draw.draw_id, Draw.draw_sequence)
    )
    for draw_id, turns in groupby(books.stream(query), key=lambda row: row.draw_id):
        for problem in _draw_problems(list(turns)):
            yield Finding("draws", f"draw {draw_id}: {problem}")


def _draw_problems(turns: list[Any]) -> Iterator[str]:
    first = turns[0]
    expected = DRAW_TYPES[first.draw_type].turns
    if [turn.draw_sequence for turn in turns] != list(range(1, expected + 1)):
        yield f"{len(turns)} records where a {first.draw_type} draw has {expected}"
    if len({(turn.user_id, turn.draw_type) for turn in turns}) > 1:
        yield "its records name different users or types"
    cost = sum(turn.points_cost for turn in turns)
    won = sum(int(turn.prize_value) for turn in turns if turn.prize_type == PrizeType.POINTS)
    for source, points in ((Source.LOTTERY, -cost), (Source.LOTTERY_WIN, won)):
        problem = differs(first, source, points)
        if problem:
            yield problem


def _orders(books: Books) -> Iterator[Finding]:
    charge, is_charge = booked(Source.EXCHANGE, Order.order_id)
    refund, is_refund = booked(Source.EXCHANGE_REFUND, Order.order_id)
    names = ("order_id", "user_id", "status", "points_cost", "points_forfeited")
    order = [Order.__table__.c[name] for name in names]
    query = (
        select(*order, *columns(charge, Source.EXCHANGE), *columns(refund, Source.EXCHANGE_REFUND))
        .select_from(Order.__table__.outerjoin(charge, is_charge).outerjoin(refund, is_refund))
        .where(*books.mine(Order.user_id), Order.imported.is_(False))
    )
    for row in books.stream(query):
        paid_back = row.status == OrderStatus.CANCELLED and not row.points_forfeited
        refunded = row.points_cost if paid_back else 0
        for source, points in (
            (Source.EXCHANGE, -row.points_cost),
            (Source.EXCHANGE_REFUND, refunded),
        ):
            problem = differs(row, source, points)
            if problem:
                yield Finding("orders", f"order {row.order_id} ({row.status}): {problem}")


def _receipts(books: Books) -> Iterator[Finding]:
    credit, is_credit = booked(Source.PHOTO_UPLOAD, Receipt.upload_id)
    query = (
        select(
            Receipt.upload_id,
            Receipt.user_id,
            Receipt.review_status,
            Receipt.points_awarded,
            *columns(credit, Source.PHOTO_UPLOAD),
        )
        .select_from(Receipt.__table__.outerjoin(credit, is_credit))
        .where(*books.mine(Receipt.user_id), Receipt.imported.is_(False))
    )
    for row in books.stream(query):
        approved = row.review_status == ReviewStatus.APPROVED
        problem = differs(row, Source.PHOTO_UPLOAD, row.points_awarded if approved else 0)
        if problem:
            yield Finding("receipts", f"receipt {row.upload_id} ({row.review_status}): {problem}")


def _stock(books: Books) -> Iterator[Finding]:
    """Products are few; their movements and orders are summed by the database."""
    moved = (
        select(StockMovement.commodity_id, func.sum(StockMovement.change).label("pieces"))
        .group_by(StockMovement.commodity_id)
        .subquery()
    )
    sold = (
        select(Order.commodity_id, func.sum(Order.quantity).label("pieces"))
        .where(Order.status != OrderStatus.CANCELLED.value)
        .group_by(Order.commodity_id)
        .subquery()
    )
    expected = func.coalesce(moved.c.pieces, 0) - func.coalesce(sold.c.pieces, 0)
    query = select(
        Product.commodity_id, Product.stock, cast(expected, Integer).label("expected")
    ).select_from(
        Product.__table__.outerjoin(moved, moved.c.commodity_id == Product.commodity_id).outerjoin(
            sold, sold.c.commodity_id == Product.commodity_id
        )
    )
    for row in books.stream(query):
        if row.stock != row.expected:
            yield Finding(
                "stock",
                f"product {row.commodity_id}: {row.stock} in stock, movements and orders leave "
                f"{row.expected}",
            )


def _causes(books: Books) -> Iterator[Finding]:
    """Ledger rows whose business fact is not there."""
    approved = Receipt.review_status == ReviewStatus.APPROVED.value
    cancelled = Order.status == OrderStatus.CANCELLED.value
    facts = {
        Source.LOTTERY: select(Draw.id).where(Draw.draw_id == LedgerEntry.related_id),
        Source.LOTTERY_WIN: select(Draw.id).where(Draw.draw_id == LedgerEntry.related_id),
        Source.EXCHANGE: select(Order.id).where(Order.order_id == LedgerEntry.related_id),
        Source.EXCHANGE_REFUND: select(Order.id).where(
            Order.order_id == LedgerEntry.related_id, cancelled
        ),
        Source.PHOTO_UPLOAD: select(Receipt.review_id).where(
            Receipt.upload_id == LedgerEntry.related_id, approved
        ),
    }
    groundless = [
        and_(LedgerEntry.source == source.value, ~fact.exists()) for source, fact in facts.items()
    ]
    own_id = LedgerEntry.related_id == cast(LedgerEntry.user_id, String(20))
    groundless.append(and_(LedgerEntry.source == Source.REGISTER.value, ~own_id))
    groundless.append(and_(LedgerEntry.source == Source.CHECK_IN.value, ~_checked_in().exists()))
    scope = [] if books.since is None else [books.is_new_row()]
    ours = ~LedgerEntry.related_id.startswith(IMPORTED_PREFIX)
    for row in books.stream(select(LedgerEntry).where(or_(*groundless), ours, *scope)):
        yield Finding(
            "causes", f"points_records {row.id}: no {row.source} {row.related_id} that pays it"
        )


def _checked_in() -> AnySelect:
    """The check-in that a ledger row names: "user:day"."""
    user, day = cast(CheckIn.user_id, String(20)), cast(CheckIn.day, String(10))
    return select(CheckIn.points).where(
        CheckIn.user_id == LedgerEntry.user_id,
        CheckIn.points == LedgerEntry.points,
        user + ":" + day == LedgerEntry.related_id,
    )


def _twice(books: Books) -> Iterator[Finding]:
    """A UNIQUE constraint refuses the second row; this is for books in which it was missing."""
    again = LedgerEntry.__table__.alias("again")
    same_fact = and_(
        again.c.source == LedgerEntry.source,
        again.c.related_id == LedgerEntry.related_id,
        again.c.id < LedgerEntry.id,
    )
    query = select(
        LedgerEntry.id, LedgerEntry.source, LedgerEntry.related_id, again.c.id.label("first")
    )
    scope = [] if books.since is None else [books.is_new_row()]
    for row in books.stream(query.join(again, same_fact).where(*scope)):
        yield Finding(
            "once",
            f"points_records {row.id}: {row.source} {row.related_id} was booked by {row.first}",
        )


def _answers(books: Books) -> Iterator[Finding]:
    """An effect under a key without an answer would be refused its answer for ever."""
    silent = (IdempotencyKey.answer.is_(None), IdempotencyKey.related_id.is_(None))
    for row in books.stream(select(IdempotencyKey.id, IdempotencyKey.user_id).where(*silent)):
        yield Finding("answers", f"idempotency_keys {row.id} of user {row.user_id}: no answer")


CHECKS = (
    Check({"draws": "every draw has its records, one charge, and one credit for points"}, _draws),
    Check({"orders": "every order was charged once, and refunded if cancelled"}, _orders),
    Check({"receipts": "every approved receipt was paid once, and no other"}, _receipts),
    Check({"stock": "stock is first stock and restocks less live orders"}, _stock),
    Check({"causes": "every ledger row has the business fact it names"}, _causes),
    Check({"once": "no business fact was booked twice"}, _twice),
    Check({"answers": "every effect under an Idempotency-Key has its answer"}, _answers),
)
