"""Does the arithmetic of the receipt agree? Each check speaks about one sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from points_app.reading.entries import TOTALS, Entry, of_roles
from points_app.reading.labels import Role

BASES = (Role.SUBTOTAL, Role.TOTAL)
ADJUSTMENTS = (Role.TAX, Role.CHARGE, Role.DISCOUNT, Role.ROUNDING)
MOST_ADJUSTMENTS = 6
UNITS = (Decimal("0.05"), Decimal("0.10"), Decimal("0.50"), Decimal(1))
"""What sums are rounded to."""


@dataclass(frozen=True, slots=True)
class Check:
    """One cross-check: `value` is the sum it confirms, or fails to; `start` what it began with."""

    name: str
    value: Decimal
    passed: bool
    detail: str
    start: Decimal | None = None


def cross_checks(entries: Sequence[Entry]) -> list[Check]:
    """All checks that the printed entries allow."""
    built_up = list(_built_up(entries))
    explained = {check.start for check in built_up}
    rounded = [each for each in _rounded_off(entries) if each.start not in explained]
    completed = _completed(entries)
    return [*_change_given(entries), *built_up, *rounded, *completed, *_lines_add_up(entries)]


def _change_given(entries: Sequence[Entry]) -> Iterator[Check]:
    """Cash - change = what was paid. 实收 beside 找零 is the cash; no change confirms nothing."""
    given = {each.value for each in of_roles(entries, Role.CASH, Role.PAID)}
    changes = {abs(each.value) for each in of_roles(entries, Role.CHANGE)} - {Decimal(0)}
    printed = {each.value for each in of_roles(entries, *TOTALS, Role.SUBTOTAL)}
    for cash in sorted(given):
        for change in sorted(changes):
            paid = cash - change
            if paid > 0:
                yield Check(
                    "cash-change", paid, paid in printed, f"{cash} - {change} = {paid}", cash
                )


def _built_up(entries: Sequence[Entry]) -> Iterator[Check]:
    """Subtotal + tax + service - discount - rounding = total; the shortest way to each total."""
    bases = {each.value for each in of_roles(entries, *BASES) if each.value > 0}
    ends = {each.value for each in of_roles(entries, *TOTALS, None)}
    steps, found = _steps(entries), set()
    for size in range(1, len(steps) + 1):
        for chosen in combinations(steps, size):
            for base in sorted(bases):
                end = base + sum(chosen)
                if end in ends and end != base and end > 0 and end not in found:
                    found.add(end)
                    detail = f"{base} {' '.join(f'{step:+}' for step in chosen)} = {end}"
                    yield Check("built-up", end, True, detail, base)


def _steps(entries: Sequence[Entry]) -> list[Decimal]:
    """What is added and taken off; a discount is taken off however its sign is printed."""
    steps: list[Decimal] = []
    for each in of_roles(entries, *ADJUSTMENTS):
        step = -abs(each.value) if each.role is Role.DISCOUNT else each.value
        if step and step not in steps:
            steps.append(step)
    return steps[:MOST_ADJUSTMENTS]


def _rounded_off(entries: Sequence[Entry]) -> Iterator[Check]:
    """A total, and after it another that differs only by being a rounder number.

    Shops without small coins drop the cents (抹零) or go to the next five, and often print the step
    so small or so far from its name that it is not found as a rounding. A guessed point proves
    nothing here: it makes any two numbers look rounded.
    """
    totals = [each for each in of_roles(entries, Role.TOTAL, Role.PAID) if not each.faint]
    for one, other in combinations(totals, 2):
        step = other.value - one.value
        rounder = any(
            other.value % unit == 0 != one.value % unit for unit in UNITS if abs(step) < unit
        )
        if step and rounder:
            detail = f"{one.value} rounded to {other.value}"
            yield Check("rounded-off", other.value, True, detail, one.value)


def _completed(entries: Sequence[Entry]) -> Iterator[Check]:
    """A total whose last digit is not legible (40.4), and the sum that the rest of the slip makes
    of it: 38.00 + 2.41 = 40.41."""
    cut = [each for each in of_roles(entries, *TOTALS) if not each.exact and each.value % 1]
    bases = {each.value for each in of_roles(entries, *BASES, None) if each.exact}
    for total in cut:
        for base in sorted(bases):
            for step in _steps(entries):
                missing = base + step - total.value
                if 0 < missing < Decimal("0.10"):
                    detail = f"{base} {step:+} = {base + step}, printed {total.value.normalize()}"
                    yield Check("completed", base + step, True, detail, total.value)


def _lines_add_up(entries: Sequence[Entry]) -> Iterator[Check]:
    """The last sums of the lines above the first total add up to a total.

    With or without the charges and reductions printed among them.
    """
    sums = of_roles(entries, *BASES, *TOTALS)
    if not sums:
        return
    above = [each for each in entries if each.row < sums[0].row]
    last = {each.row: each for each in of_roles(above, None, Role.CHARGE, Role.DISCOUNT)}.values()
    goods = [each.value for each in of_roles(last, None)]
    if len(goods) < 2:
        return
    plain = sum(goods, Decimal(0))
    charged = plain + sum(abs(each.value) for each in of_roles(last, Role.CHARGE))
    reduced = charged - sum(abs(each.value) for each in of_roles(last, Role.DISCOUNT))
    added = {plain, charged, reduced}
    agreed = added & {each.value for each in sums}
    for value in sorted(agreed or {reduced}):
        yield Check("lines", value, bool(agreed), f"{len(goods)} lines add up to {value}")
