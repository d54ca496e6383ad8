"""Days, weeks and months as the shop's clock has them, also where midnight comes twice or never.

A day lasts from the first moment whose date it is to the first of the next day: 23, 24 or 25 hours
where clocks change, and whole days are skipped or repeated where a zone changed sides. So every
moment is in exactly one day, days follow each other without a gap, and whatever counts by days and
whatever counts by moments agree.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from points_app.services.settings.business import business

A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)


def shop_day(now: datetime) -> date:
    """The shop's date at this moment."""
    zone = business().timezone
    day = now.astimezone(zone).date()
    while now < _start(day, zone):
        day -= A_DAY
    while now >= _start(day + A_DAY, zone):
        day += A_DAY
    return day


def start_of_date(day: date) -> datetime:
    """When this day of the shop begins, in UTC."""
    return _start(day, business().timezone)


def start_of_day(now: datetime) -> datetime:
    """When the shop's day began, in UTC."""
    return start_of_date(shop_day(now))


def start_of_week(now: datetime) -> datetime:
    """When the shop's week, which begins on Monday, began, in UTC."""
    day = shop_day(now)
    return start_of_date(day - day.weekday() * A_DAY)


def start_of_month(now: datetime) -> datetime:
    """When the shop's month began, in UTC."""
    return start_of_date(shop_day(now).replace(day=1))


@lru_cache(256)
def _start(day: date, zone: ZoneInfo) -> datetime:
    """The first midnight, where there are two; where there is none, the moment the clock jumped."""
    midnight = datetime.combine(day, time(), zone)
    start = midnight.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return start
    # Of a time that was skipped, fold 1 names a moment before the jump and fold 0 one after it.
    before, after = midnight.replace(fold=1).astimezone(UTC), start
    while after - before > A_SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).date() >= day:
            after = middle
        else:
            before = middle
    return after
