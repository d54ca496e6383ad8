"""The shop's reviews in numbers."""

from datetime import datetime

from sqlalchemy import func, select

from points_app.database.session import execute, utcnow
from points_app.models.column_types import seconds_between
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.settings.shop_time import start_of_day, start_of_month, start_of_week
from points_app.wire.receipts import shop_statistics as wire

APPROVED, REJECTED = ReviewStatus.APPROVED.value, ReviewStatus.REJECTED.value


def statistics(period: str) -> wire.ShopStatistics:
    """What waits now, what was decided today, and the sums of `period`: today, this week (from
    Monday) or this month, by the shop's clock; all merchants together.

    `approval_rate` is from 0 to 1, `avg_review_minutes` from upload to decision.
    """
    now = utcnow()
    waiting = select(func.count()).where(Receipt.review_status == ReviewStatus.PENDING.value)
    today = _decided_since(start_of_day(now))
    sums = _decided_since(_start_of(period, now))
    total = sum(sums[status][0] for status in sums)
    seconds = sum(sums[status][2] for status in sums)
    return {
        "pending_count": execute(waiting).scalar_one(),
        "today_approved": today[APPROVED][0],
        "today_rejected": today[REJECTED][0],
        "total_processed": total,
        "approval_rate": round(sums[APPROVED][0] / total, 4) if total else 0,
        "avg_review_minutes": round(seconds / total / 60, 1) if total else 0,
        "points_awarded": sums[APPROVED][1],
    }


def _start_of(period: str, now: datetime) -> datetime:
    if period == "month":
        return start_of_month(now)
    return start_of_week(now) if period == "week" else start_of_day(now)


def _decided_since(since: datetime) -> dict[str, tuple[int, int, int]]:
    """(receipts, points, seconds from upload to decision) by status."""
    waited = func.sum(seconds_between(Receipt.upload_time, Receipt.review_time))
    status = Receipt.review_status
    query = select(status, func.count(), func.sum(Receipt.points_awarded), waited)
    query = query.where(Receipt.review_time >= since, status.in_([APPROVED, REJECTED]))
    none = dict.fromkeys((APPROVED, REJECTED), (0, 0, 0))
    rows = execute(query.group_by(status))
    return none | {name: (count, int(points), int(sec)) for name, count, points, sec in rows}
