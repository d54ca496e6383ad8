"""Are two readings of one receipt? Only a hint: for a person to look, not to refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from points_app.reading.money import plain

Likeness = Literal["same_facts", "same_number", "same_print", "same_sum"]
SHORTEST_NUMBER = 6
"""Characters from which a receipt number tells slips apart; "A12" is a table."""
COMMON_PRINT = 0.6
"""Share of the shorter slip's numbers that two photographs of one slip have in common: two slips of
one shop share its telephone and a few prices, rarely more than a third of all they print."""
FEWEST_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class Printed:
    """What tells a slip apart. `moment` is "YYYY-MM-DD", with "THH:MM[:SS]" when printed; `marks`
    are all numbers of three digits and more."""

    amount: Decimal | None
    merchant: str | None
    number: str | None
    moment: str | None
    marks: frozenset[str]


def marks_of(lines: Iterable[str]) -> frozenset[str]:
    """The numbers of three digits and more, points and commas left out."""
    text = "\n".join(plain(line) for line in lines)
    joined = re.sub(r"(?<=\d)[.,](?=\d)", "", text)
    return frozenset(re.findall(r"\d{3,}", joined))


def distinct(one: Printed, other: Printed) -> bool:
    """Whether what both print shows that they are two slips, however alike they look.

    Screens of one app, and slips of one till, differ in what is filled in: amount, minute, number.
    Two of these that differ are enough, since two photographs of one slip are rarely misread twice.
    One is enough where the rest of the print is not the same either: an amount alone that differs
    between pictures full of the same numbers was misread, or painted over.
    """
    number = _same_number(one, other)
    same = [_same_amount(one, other), _same_time(one, other), number]
    if same.count(False) != 1:
        return same.count(False) > 1
    confirmed = number is True or same.count(True) > 1
    return not confirmed and _overlap(one.marks, other.marks) < COMMON_PRINT


def likeness(one: Printed, other: Printed) -> Likeness | None:
    """What the two have in common that two different slips hardly have; None when nothing, or when
    the rest of their print says that they are different.

    same_facts: amount, date and minute. same_number: the receipt number, and the amount or the day,
    since some shops print one number on every slip. same_print: most of all numbers printed, and
    nothing that contradicts.
    same_sum: shop and amount, where neither says when, as on the screen after paying.
    """
    if distinct(one, other):
        return None
    same_amount = bool(_same_amount(one, other))
    same_minute = _minute(one) is not None and _minute(one) == _minute(other)
    same_day = one.moment is not None and one.moment[:10] == (other.moment or "")[:10]
    if same_amount and same_minute:
        return "same_facts"
    if _same_number(one, other) and (same_amount or same_day):
        return "same_number"
    undated = one.moment is None and other.moment is None
    comparable = same_amount and (same_day or one.moment is None or other.moment is None)
    if (comparable or same_minute) and _overlap(one.marks, other.marks) >= COMMON_PRINT:
        return "same_print"
    same_shop = one.merchant is not None and one.merchant == other.merchant
    same_sum = undated and same_shop and same_amount and _same_number(one, other) is not False
    return "same_sum" if same_sum else None


def _same_amount(one: Printed, other: Printed) -> bool | None:
    """None, here and below, where not both print it."""
    return None if one.amount is None or other.amount is None else one.amount == other.amount


def _same_time(one: Printed, other: Printed) -> bool | None:
    """The same minute; of two of which one prints only the day, False if the days differ."""
    if one.moment is None or other.moment is None:
        return None
    if _minute(one) and _minute(other):
        return _minute(one) == _minute(other)
    return None if one.moment[:10] == other.moment[:10] else False


def _same_number(one: Printed, other: Printed) -> bool | None:
    """The same receipt number, where both have one that tells slips apart.

    Not different where one's number is somewhere on the other: another line was taken for it.
    """
    mine, theirs = one.number or "", other.number or ""
    if min(len(mine), len(theirs)) < SHORTEST_NUMBER:
        return None
    if mine == theirs:
        return True
    crossed = marks_of([mine]) & other.marks or marks_of([theirs]) & one.marks
    return None if crossed else False


def _minute(printed: Printed) -> str | None:
    return printed.moment[:16] if printed.moment and len(printed.moment) >= 16 else None


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer >= FEWEST_NUMBERS else 0.0
