"""Points: the guest's ledger and sums, and the admin's hand."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select

from points_app.codes import new_id
from points_app.db import execute, transactional, utcnow
from points_app.errors import InvalidInput
from points_app.models import LedgerEntry, Source
from points_app.services import locks
from points_app.services.audit import trail
from points_app.services.idempotency import idempotent
from points_app.services.pages import page_of
from points_app.services.points import wallet
from points_app.services.settings.shop_time import start_of_month
from points_app.wire import points as wire
from points_app.wire.paging import Page

LEDGER = LedgerEntry.__table__


def records(user_id: int, page: Page, kind: str | None, source: str | None) -> wire.PointsRecords:
    """A guest's ledger, newest first; `kind` is earn or spend, None both."""
    query = select(LEDGER).where(LEDGER.c.user_id == user_id)
    if kind:
        # The sign says the same as `type` (a CHECK sees to it), and an index has it.
        query = query.where(LEDGER.c.points > 0 if kind == "earn" else LEDGER.c.points < 0)
    if source:
        query = query.where(LEDGER.c.source == source)
    rows, listed = page_of(query, LEDGER.c.id, page)
    return {"records": [wire.points_record(row) for row in rows], **listed}


def statistics(user_id: int) -> wire.PointsStatistics:
    """A guest's sums, `by_source` signed, the others not below zero.

    Points that came back for a called-off order are no income: `earned` is without them, `spent` is
    what was paid less what came back, `refunded` says how much that was. Earned less spent is the
    balance. An order of an earlier month that is called off in this one leaves this month's spent
    at zero.
    """
    points, this_month = LEDGER.c.points, LEDGER.c.created_at >= start_of_month(utcnow())
    earned, spent = points > 0, points < 0

    def total(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, points), else_=0))

    sums = select(
        LEDGER.c.source,
        func.sum(points),
        total(earned),
        total(spent),
        total(earned & this_month),
        total(spent & this_month),
    )
    mine = sums.where(LEDGER.c.user_id == user_id).group_by(LEDGER.c.source)
    rows = [(source, *map(int, values)) for source, *values in execute(mine)]
    came_back = [row[2:] for row in rows if row[0] == Source.EXCHANGE_REFUND]
    moved = [row[2:] for row in rows if row[0] != Source.EXCHANGE_REFUND]
    earned, spent, earned_now, spent_now = _summed(moved)
    refunded, _, refunded_now, _ = _summed(came_back)
    return {
        "current_points": wallet.balance_of(user_id),
        "total_earned": earned,
        "total_spent": -spent - refunded,
        "total_refunded": refunded,
        "this_month_earned": earned_now,
        "this_month_spent": max(0, -spent_now - refunded_now),
        "this_month_refunded": refunded_now,
        "by_source": {row[0]: row[1] for row in rows},
    }


def _summed(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * 4


@transactional
@idempotent
def operate(admin_id: int, user_id: int, points: int, reason: str) -> wire.Operated:
    """Give (`points` > 0) or take (< 0) a guest's points by hand; audited.

    Locks the wallet. Raises InsufficientPoints when less is there than is taken, InvalidInput for
    an unknown user and an erased account.
    """
    account = locks.wallet(user_id)
    if account is None:
        raise InvalidInput.of("user_id", "no such user")
    if account.erased_at is not None:
        raise InvalidInput.of("user_id", "the account was erased")
    operation_id = new_id("OP")
    total = wallet.book(user_id, wallet.Entry(points, Source.ADMIN, operation_id, reason))
    details = {"points": points, "reason": reason, "operation_id": operation_id}
    trail.record(admin_id, "points.operate", f"user:{user_id}", details)
    booked = (LEDGER.c.source == Source.ADMIN.value, LEDGER.c.related_id == operation_id)
    record_id = execute(select(LEDGER.c.id).where(*booked)).scalar_one()
    return {"user_id": user_id, "total_points": total, "record_id": record_id}
