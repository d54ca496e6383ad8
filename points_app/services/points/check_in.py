"""The daily check-in: a day of the shop, a ladder of rewards."""

from datetime import date, timedelta

from sqlalchemy import insert, select

from points_app.database.session import execute, transactional, utcnow
from points_app.models.points import CheckIn, Source
from points_app.services import locks
from points_app.services.points import wallet
from points_app.services.settings.business import business
from points_app.services.settings.shop_time import shop_day
from points_app.wire import points as wire


@transactional
def check_in(user_id: int) -> wire.CheckIn:
    """Check in for today; the second time on a day changes nothing and says so.

    Locks the wallet, under which today's row is looked for; that row's primary key and the ledger's
    UNIQUE fact are the last line. A day left out starts the ladder again. Raises UserGone.
    """
    settings, today = business(), shop_day(utcnow())
    wallet_row = locks.account(user_id)
    mine = CheckIn.user_id == user_id
    recent = CheckIn.day.in_([today, today - timedelta(days=1)])
    query = select(CheckIn.day, CheckIn.consecutive_days).where(mine, recent)
    streaks: dict[date, int] = dict(execute(query).all())
    is_repeated = today in streaks
    if is_repeated:
        days, awarded, total = streaks[today], 0, wallet_row.total_points
    else:
        days = streaks.get(today - timedelta(days=1), 0) + 1
        awarded = settings.check_in_points(days)
        row = {"user_id": user_id, "day": today, "consecutive_days": days, "points": awarded}
        execute(insert(CheckIn), row)
        fact = f"{user_id}:{today.isoformat()}"
        entry = wallet.Entry(awarded, Source.CHECK_IN, fact, f"连续签到第{days}天")
        total = wallet.book(user_id, entry)
    return {
        "points_awarded": awarded,
        "consecutive_days": days,
        "total_points": total,
        "next_reward_points": settings.check_in_points(days + 1),
        "already_checked_in": is_repeated,
    }
