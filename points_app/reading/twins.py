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


def likeness(one: Printed, other: Printed) -> Likeness | None:
    """What the two have in common that two different slips hardly have; None when nothing.

    same_facts: amount, date and minute. same_number: the receipt number, and the amount or the day,
    since some shops print one number on every slip. same_print: most of all numbers printed, and
    nothing that contradicts.
    same_sum: shop and amount, where neither says when, as on the screen after paying.
    """
    same_amount = one.amount is not None and one.amount == other.amount
    same_minute = _minute(one) is not None and _minute(one) == _minute(other)
    same_day = one.moment is not None and one.moment[:10] == (other.moment or "")[:10]
    if same_amount and same_minute:
        return "same_facts"
    telling = one.number is not None and len(one.number) >= SHORTEST_NUMBER
    if telling and one.number == other.number and (same_amount or same_day):
        return "same_number"
    undated = one.moment is None and other.moment is None
    comparable = same_amount and (same_day or one.moment is None or other.moment is None)
    if (comparable or same_minute) and _overlap(one.marks, other.marks) >= COMMON_PRINT:
        return "same_print"
    same_shop = one.merchant is not None and one.merchant == other.merchant
    return "same_sum" if undated and same_shop and same_amount else None


def _minute(printed: Printed) -> str | None:
    return printed.moment[:16] if printed.moment and len(printed.moment) >= 16 else None


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer >= FEWEST_NUMBERS else 0.0
