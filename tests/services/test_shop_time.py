"""Days of every zone there is: each moment in exactly one, one after the other."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from points_app.services.settings import shop_time

ZONES = sorted(available_timezones())
YEARS = (2011, 2023, 2024, 2025, 2026)
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def zone(monkeypatch):
    """Say where the shop is."""

    class Settings:
        timezone = ZoneInfo("UTC")

    monkeypatch.setattr(shop_time, "business", lambda: Settings)
    return lambda name: setattr(Settings, "timezone", ZoneInfo(name))


def changes(zone):
    """The moments of YEARS at which the zone's clocks change, to the hour before."""
    for year in YEARS:
        now, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        while now < end:
            if now.astimezone(zone).utcoffset() != (now + A_DAY).astimezone(zone).utcoffset():
                yield now
            now += A_DAY


@pytest.mark.parametrize("name", ZONES)
def test_every_moment_is_in_one_day_and_days_follow_each_other(zone, name):
    zone(name)
    here = ZoneInfo(name)
    for change in [*changes(here), datetime(2026, 6, 1, tzinfo=UTC)]:
        days = []
        for step in range(-48 * 2, 48 * 4):
            now = change + step * AN_HOUR / 2
            day, start = shop_time.shop_day(now), shop_time.start_of_day(now)
            assert start <= now < shop_time.start_of_date(day + A_DAY), (now, day)
            assert start == shop_time.start_of_date(day)
            assert shop_time.shop_day(start) == day
            assert abs(now.astimezone(here).date() - day) <= A_DAY
            days.append(day)
            week, month = shop_time.start_of_week(now), shop_time.start_of_month(now)
            assert week == shop_time.start_of_date(day - day.weekday() * A_DAY) <= start
            assert month == shop_time.start_of_date(day.replace(day=1)) <= start
        assert days == sorted(days)


@pytest.mark.parametrize(
    ("name", "now", "start", "hours"),
    [
        # Midnight comes twice: at 1 o'clock it is 0 o'clock again.
        ("America/Havana", "2026-11-01T05:30", "2026-11-01T04:00", 25),
        ("America/Havana", "2026-11-01T14:00", "2026-11-01T04:00", 25),
        # There is none: at 0 o'clock it is 1 o'clock.
        ("America/Havana", "2026-03-08T12:00", "2026-03-08T05:00", 23),
        ("Africa/Cairo", "2026-04-24T12:00", "2026-04-23T22:00", 23),
        # At 0 o'clock it is yesterday's 23 o'clock.
        ("Africa/Cairo", "2026-10-29T21:30", "2026-10-28T21:00", 25),
        ("Asia/Beirut", "2026-03-29T12:00", "2026-03-28T22:00", 23),
        ("Asia/Shanghai", "2026-11-01T05:30", "2026-10-31T16:00", 24),
        # The island that left out 30 December 2011.
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", 24),
    ],
)
def test_days_where_clocks_change(zone, name, now, start, hours):
    zone(name)
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    began = shop_time.start_of_day(moment)
    assert began == datetime.fromisoformat(start).replace(tzinfo=UTC)
    ended = shop_time.start_of_date(shop_time.shop_day(moment) + A_DAY)
    assert ended - began == hours * AN_HOUR


def test_a_week_over_a_change_of_clocks_begins_at_midnight(zone):
    zone("America/Havana")
    now = datetime(2026, 11, 7, 12, tzinfo=UTC)  # the week began before clocks went back
    assert shop_time.start_of_week(now) == shop_time.start_of_date(date(2026, 11, 2))
    assert shop_time.start_of_week(now) == datetime(2026, 11, 2, 5, tzinfo=UTC)
