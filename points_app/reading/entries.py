"""Lines become entries: sums of money, each with what the words beside it say it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median

from points_app.reading.geometry import Box
from points_app.reading.labels import Role, is_tax_summary, role_of
from points_app.reading.lines import Line
from points_app.reading.money import find_money, plain


@dataclass(frozen=True, slots=True)
class Entry:
    """A printed sum.

    `role` and `label` come from the words beside it; `row` is its line; `exact` says that cents
    are printed, `marked` that cents, a currency sign or 元 are; `confidence` is the engine's.
    `faint` marks a guess: a sum of which the engine may have missed the decimal point.
    """

    value: Decimal
    role: Role | None
    label: str
    row: int
    box: Box
    confidence: float
    exact: bool
    marked: bool
    faint: bool = False


_PAYMENT_SCREEN = re.compile(
    r"付成功|付款成功|交易成功|付时间|付款时间|当前状态|账单详情|交易单号|收款方"
)


TOTALS = (Role.PAID, Role.TOTAL, Role.CARD)
LOST_POINT = 100
"""A whole number from which two digits could be cents."""
LARGE_PRINT = 1.3
"""How much taller than the usual print a sum on a payment screen is."""


def find_entries(lines: Sequence[Line]) -> list[Entry]:
    """Every sum of the page, from top to bottom and left to right.

    The words before a sum say what it is, and so for the sums after it until other words come. A
    label with no sum to its right speaks for the line below when that holds nothing but sums. The
    table of tax rates at the end of a receipt is left out: its totals are not the receipt's.
    """
    entries: list[Entry] = []
    waiting = ""
    for row, line in enumerate(lines):
        if is_tax_summary(line.text) and any(each.role for each in entries):
            break
        found, trailing = _of_line(row, line, waiting)
        entries += _believable(found)
        waiting = trailing if not found else ""
    return _with_screen_total(lines, entries)


def _of_line(row: int, line: Line, waiting: str) -> tuple[list[Entry], str]:
    """The sums of a line, and the words after the last of them."""
    found: list[Entry] = []
    words, role, label = "", None, waiting
    if waiting and not _has_words(line.text):
        role = role_of(waiting)
    for word in line.words:
        text, start = plain(word.text), 0
        for money in find_money(word.text):
            words = f"{words} {text[start : money.start]}".strip()
            said = role_of(words)
            if said or not found:
                role, label = said or role, words if said or not role else label
            # Tills book a card payment with a minus: it closes the bill.
            value = abs(money.value) if role is Role.CARD else money.value
            found.append(
                Entry(value, role, label, row, word.box, word.confidence, money.exact, money.marked)
            )
            words, start = "", money.end
        words = f"{words} {text[start:]}".strip()
    return found, words


def _believable(found: Sequence[Entry]) -> Iterator[Entry]:
    """Sums with cents or a currency sign; a bare whole number only as the last beside its label.

    A "total" with several sums on its row is a row of a table: each is the total of a column.
    """
    marked = [each for each in found if each.marked]
    for each in found:
        if each.role in TOTALS and not each.exact and each.value >= LOST_POINT:
            label = f"{each.label} (point lost?)"
            yield replace(each, value=each.value / 100, label=label, faint=True)
    chosen = marked or [each for each in found[-1:] if each.role not in (None, Role.COUNT)]
    totals = {each.value for each in chosen if each.role is Role.TOTAL}
    for each in chosen:
        column = each.role is Role.TOTAL and len(totals) > 1
        yield replace(each, role=Role.SUBTOTAL) if column else each


def _with_screen_total(lines: Sequence[Line], entries: list[Entry]) -> list[Entry]:
    """On the screen of a wallet the sum stands alone in the largest print, often with a minus."""
    screen = next((line for line in lines if _PAYMENT_SCREEN.search(line.text)), None)
    alone = [each for each in entries if each.role is None and each.exact]
    if screen is None or not alone or any(each.role is Role.PAID for each in entries):
        return entries
    largest = max(alone, key=lambda each: each.box.height)
    if largest.box.height < LARGE_PRINT * median(line.height for line in lines):
        return entries
    paid = replace(largest, value=abs(largest.value), role=Role.PAID, label=screen.text)
    return [paid if each is largest else each for each in entries]


def _has_words(text: str) -> bool:
    return sum(each.isalpha() for each in text) > 3


def of_roles(entries: Iterable[Entry], *roles: Role | None) -> list[Entry]:
    """The entries that have one of the roles."""
    return [each for each in entries if each.role in roles]
