"""Dates and times of day in printed text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

EARLIEST_YEAR = 2000

_SEP = r"\s?[-/.·*]\s?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*"
_YEAR = r"(?P<y>20\d\d)"
_SHORT_YEAR = r"(?P<y>(?:20)?\d\d)"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}(?:{_SEP}|\s?年\s?)(?P<m>\d{{1,2}})(?:{_SEP}|\s?月\s?)(?P<d>\d{{1,2}})",
        rf"(?<!\d)(?P<d>\d{{1,2}})[\s./-]?{_MONTH}[\s.,'’/-]*{_SHORT_YEAR}(?!\d)",
        rf"{_MONTH}[\s.]*(?P<d>\d{{1,2}})[\s.,'’/-]+{_SHORT_YEAR}(?!\d)",
        rf"(?<![\d.])(?P<d>\d{{1,2}}){_SEP}(?P<m>\d{{1,2}}){_SEP}{_SHORT_YEAR}(?!\d)",
    )
)
_NO_YEAR = re.compile(r"(?<![\d.-])(?P<m>\d{1,2})(?:[-/]|月)(?P<d>\d{1,2})(?:日|\s|$)")
_CLOCK = re.compile(
    r"(?<!\d)(?P<h>[01]?\d|2[0-3])\s?[:;：]+\s?(?P<m>[0-5]\d)(?:\s?[:;：.]+\s?(?P<s>[0-5]\d))?(?!\d)"
    r"\s?(?P<half>[AP]\.?M)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A printed date; `certain` unless day and month could be the other way round."""

    value: date
    certain: bool
    end: int


def find_day(text: str) -> Day | None:
    """The first date with a year. 03/04/2025 is taken as 3 April, 03/14/2025 as 14 March."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if day := _day(match):
                return day
    return None


def find_yearless_day(text: str, number: str, today: date | None) -> Day | None:
    """A date printed as month and day only.

    Its year comes from a receipt number that begins with the same day (20250914... or 250914...),
    else it is the last in which the date is not after `today`, which is no certainty.
    """
    for match in _NO_YEAR.finditer(text):
        month, day = int(match["m"]), int(match["d"])
        prefix = re.match(rf"(?:20)?(\d\d){month:02d}{day:02d}", number)
        if prefix and (value := _date(2000 + int(prefix[1]), month, day)):
            return Day(value, True, match.end())
        if today is None:
            continue
        for year in (today.year, today.year - 1):
            value = _date(year, month, day)
            if value and value <= today:
                return Day(value, False, match.end())
    return None


def find_clock(text: str, start: int = 0) -> str | None:
    """The first time of day after `start`, as HH:MM or HH:MM:SS in 24 hours."""
    match = _CLOCK.search(text[start:])  # sliced: engines often lose the space after the date
    if match is None:
        return None
    hour = int(match["h"])
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"][0] in "pP")
    moment = time(hour, int(match["m"]), int(match["s"] or 0))
    return moment.isoformat("seconds" if match["s"] else "minutes")


def read_moment(text: str) -> str | None:
    """The date in `text`, with the time of day when there is one: "2026-03-05T18:30"."""
    day = find_day(text)
    if day is None:
        return None
    clock = find_clock(text, day.end)
    return f"{day.value.isoformat()}T{clock}" if clock else day.value.isoformat()


def _day(match: re.Match[str]) -> Day | None:
    groups = match.groupdict()
    year, day = int(groups["y"]), int(groups["d"])
    year += 2000 * (year < 100)
    if name := groups.get("month"):
        orders = [(_MONTHS.index(name.lower()) + 1, day)]
    else:
        orders = list(_orders(int(groups["m"]), day, len(match.group().split(groups["y"])[0]) > 0))
    dates = [found for month, day in orders if (found := _date(year, month, day))]
    return Day(dates[0], len(set(dates)) == 1, match.end()) if dates else None


def _orders(month: int, day: int, year_last: bool) -> Iterator[tuple[int, int]]:
    yield month, day
    if year_last:
        yield day, month


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= EARLIEST_YEAR else None
    except ValueError:
        return None
