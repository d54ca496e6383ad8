"""What a guest sees of their points: the ledger and its sums."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select

from points_app.database.session import execute, utcnow
from points_app.models.points import LedgerEntry, Source
from points_app.services.pages import Page, page_of
from points_app.services.points import wallet
from points_app.services.settings.shop_time import start_of_month
from points_app.wire import points as wire


def records(user_id: int, page: Page, kind: str | None, source: str | None) -> wire.PointsRecords:
    """A guest's ledger, newest first; `kind` is earn or spend, None both."""
    query = select(LedgerEntry).where(LedgerEntry.user_id == user_id)
    if kind:
        # The sign says the same as `type` (a CHECK sees to it), and an index has it.
        query = query.where(LedgerEntry.points > 0 if kind == "earn" else LedgerEntry.points < 0)
    if source:
        query = query.where(LedgerEntry.source == source)
    rows, listed = page_of(query, LedgerEntry.id, page)
    return {"records": [wire.points_record(entry) for entry, _ in rows], **listed}


def statistics(user_id: int) -> wire.PointsStatistics:
    """A guest's sums, `by_source` signed, the others not below zero.

    Points that came back for a called-off order are no income: `earned` is without them, `spent` is
    what was paid less what came back, `refunded` says how much that was. Earned less spent is the
    balance. An order of an earlier month that is called off in this one leaves this month's spent
    at zero.
    """
    points, this_month = LedgerEntry.points, LedgerEntry.created_at >= start_of_month(utcnow())
    is_earned, is_spent = points > 0, points < 0

    def total(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, points), else_=0))

    sums = select(
        LedgerEntry.source,
        func.sum(points),
        total(is_earned),
        total(is_spent),
        total(is_earned & this_month),
        total(is_spent & this_month),
    )
    mine = sums.where(LedgerEntry.user_id == user_id).group_by(LedgerEntry.source)
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
