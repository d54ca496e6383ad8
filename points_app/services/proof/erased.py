"""Proof that an erased account is closed: nothing is booked to it, open or decided for it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, or_, select

from points_app.database.rows import AnySelect
from points_app.models.accounts import ApplicationStatus, MerchantApplication, User, UserStatus
from points_app.models.exchange import Order
from points_app.models.points import LedgerEntry
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.proof.books import Books, Check, Finding


def _run(books: Books) -> Iterator[Finding]:
    """Erased accounts are few, so that `since` leaves none of them out."""
    for problem, query in _questions():
        for row in books.stream(query):
            yield Finding("erased", f"user {row.user_id}: {problem} {row.what}".rstrip())


def _questions() -> Iterator[tuple[str, AnySelect]]:
    revived = or_(User.status != UserStatus.BANNED.value, User.is_merchant, User.is_admin)
    yield "erased, and may act", _of_erased(User, User.user_id, revived)
    later = LedgerEntry.created_at > User.erased_at
    yield "booked after the erasure: points_records", _of_erased(LedgerEntry, LedgerEntry.id, later)
    open_or_paid = or_(
        Receipt.review_status == ReviewStatus.PENDING.value,
        and_(
            Receipt.review_status == ReviewStatus.APPROVED.value,
            Receipt.review_time > User.erased_at,
        ),
    )
    yield "not closed: receipt", _of_erased(Receipt, Receipt.upload_id, open_or_paid)
    open_or_granted = or_(
        MerchantApplication.status == ApplicationStatus.PENDING.value,
        and_(
            MerchantApplication.status == ApplicationStatus.APPROVED.value,
            MerchantApplication.decided_at > User.erased_at,
        ),
    )
    application = _of_erased(
        MerchantApplication, MerchantApplication.application_id, open_or_granted
    )
    yield "not closed: application", application
    kept = Order.points_forfeited & User.erased_at.is_(None)
    lost = select(Order.user_id, Order.order_id.label("what"))
    yield (
        "lives, and lost the points of order",
        lost.join(User, User.user_id == Order.user_id).where(kept),
    )


def _of_erased(model: Any, named: Any, problem: Any) -> AnySelect:
    """The rows of erased accounts with this problem, by their owner and a name."""
    rows = select(model.user_id, named.label("what"))
    if model is not User:
        rows = rows.join(User, User.user_id == model.user_id)
    return rows.where(User.erased_at.is_not(None), problem)


CHECK = Check({"erased": "an erased account is closed: nothing open, booked or decided"}, _run)
