"""Proof that an erased account is closed: nothing is booked to it, open or decided for it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, or_, select

from points_app.models.accounts import MerchantApplication, User, UserStatus
from points_app.models.exchange import Order
from points_app.models.points import LedgerEntry
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.proof.books import Books, Check, Finding

LEDGER = LedgerEntry.__table__
RECEIPTS = Receipt.__table__
APPLICATIONS = MerchantApplication.__table__
ORDERS = Order.__table__
USERS = User.__table__


def _run(books: Books) -> Iterator[Finding]:
    """Erased accounts are few, so that `since` leaves none of them out."""
    for problem, query in _questions():
        for row in books.stream(query):
            yield Finding("erased", f"user {row.user_id}: {problem} {row.what}".rstrip())


def _questions() -> Iterator[tuple[str, Select[Any]]]:
    revived = or_(USERS.c.status != UserStatus.BANNED.value, USERS.c.is_merchant, USERS.c.is_admin)
    yield "erased, and may act", _of_erased(USERS, USERS.c.user_id, revived)
    later = LEDGER.c.created_at > USERS.c.erased_at
    yield "booked after the erasure: points_records", _of_erased(LEDGER, LEDGER.c.id, later)
    open_or_paid = or_(
        RECEIPTS.c.review_status == ReviewStatus.PENDING.value,
        and_(
            RECEIPTS.c.review_status == ReviewStatus.APPROVED.value,
            RECEIPTS.c.review_time > USERS.c.erased_at,
        ),
    )
    yield "not closed: receipt", _of_erased(RECEIPTS, RECEIPTS.c.upload_id, open_or_paid)
    open_or_granted = or_(
        APPLICATIONS.c.status == "pending",
        and_(APPLICATIONS.c.status == "approved", APPLICATIONS.c.decided_at > USERS.c.erased_at),
    )
    application = _of_erased(APPLICATIONS, APPLICATIONS.c.application_id, open_or_granted)
    yield "not closed: application", application
    kept = ORDERS.c.points_forfeited & USERS.c.erased_at.is_(None)
    lost = select(ORDERS.c.user_id, ORDERS.c.order_id.label("what"))
    yield (
        "lives, and lost the points of order",
        lost.join(USERS, USERS.c.user_id == ORDERS.c.user_id).where(kept),
    )


def _of_erased(table: Any, named: Any, problem: Any) -> Select[Any]:
    """The rows of erased accounts with this problem, by their owner and a name."""
    rows = select(table.c.user_id, named.label("what"))
    if table is not USERS:
        rows = rows.join(USERS, USERS.c.user_id == table.c.user_id)
    return rows.where(USERS.c.erased_at.is_not(None), problem)


CHECK = Check({"erased": "an erased account is closed: nothing open, booked or decided"}, _run)
