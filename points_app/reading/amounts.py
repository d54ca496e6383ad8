"""Which of the printed sums was paid: candidates, best first, each with its reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from points_app.reading.checks import Check
from points_app.reading.entries import Entry, of_roles
from points_app.reading.geometry import Box
from points_app.reading.labels import Role

WEIGHT = {Role.PAID: 40, Role.TOTAL: 30, Role.CARD: 20, Role.SUBTOTAL: 10, None: 0}
"""What a label is worth. A sum whose label says cash, change, tax or discount is no candidate."""
CALCULATED = 20
"""Cash less change, when no total could be read."""
CONFIRMED = 15
REPEATED = 5
NO_CENTS = -15
FAINT = -15
"""For a guessed decimal point: right only where a calculation confirms it."""

TAKEN = (Role.PAID, Role.TOTAL, Role.CARD, Role.CASH)
OUTSTANDING = re.compile(r"[未待尚欠]|\b(?:due|balance|unpaid|outstanding)\b", re.IGNORECASE)
SETTLED = re.compile(r"[实實买][付收结結际際]|已付|(?:支付|付款)[金总總合]|\bpaid\b", re.IGNORECASE)
VOUCHER = re.compile(
    r"券|团购|團購|美团|抖音|饿了么|抵扣|优惠|[免招][单單待]|voucher|coupon|complimentary",
    re.IGNORECASE,
)
COVERS = re.compile(r"券|[免招][单單待]|voucher|coupon", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sum that may be what was paid, why, and the boxes it was read from.

    `labels` counts the different labels it stands beside, `checks` the checks that confirm it,
    `clarity` is the engine's confidence in its best print; `is_total` says that a label calls it
    a total and no calculation goes on from it.
    """

    amount: Decimal
    score: int
    reasons: tuple[str, ...]
    boxes: tuple[Box, ...]
    labels: int = 0
    checks: int = 0
    clarity: float = 0.0
    is_total: bool = False


def rank_candidates(entries: Sequence[Entry], checks: Sequence[Check]) -> list[Candidate]:
    """The sums that may be what was paid, most likely first; of equals the later print."""
    usable = [each for each in of_roles(entries, *WEIGHT) if each.value > 0]
    prints: dict[Decimal, list[Entry]] = {}
    for each in usable:
        prints.setdefault(each.value, []).append(each)
    ranked = sorted(
        prints,
        key=lambda value: (_judge(value, prints[value], checks).score, prints[value][-1].row),
    )
    candidates = [_judge(value, prints[value], checks) for value in reversed(ranked)]
    candidates = [*_completed(prints, checks), *candidates]
    candidates.sort(key=lambda each: -each.score)  # stable: of equals the order stays
    candidates = [*_nothing_paid(entries), *candidates]
    if not candidates or candidates[0].score < CALCULATED:
        candidates = [*_calculated(entries, checks), *candidates]
    return candidates


def _judge(value: Decimal, prints: Sequence[Entry], checks: Sequence[Check]) -> Candidate:
    best = max(prints, key=lambda each: (WEIGHT[each.role], not each.faint, each.confidence))
    weight, reasons = WEIGHT[best.role], [f"beside “{best.label}”" if best.role else "no label"]
    passed = {check.name: check for check in checks if check.passed and check.value == value}
    after = next((check for check in checks if check.passed and check.start == value), None)
    labels = {each.label for each in prints if each.role and not each.faint}
    if after:
        weight, passed = min(weight, WEIGHT[Role.SUBTOTAL]), {}
        reasons.append(f"but not what remains: {after.detail}")
    elif "built-up" in passed:
        weight = max(weight, WEIGHT[Role.TOTAL])
    reasons += [check.detail for check in passed.values()]
    if len(labels) > 1:
        reasons.append(f"beside {len(labels)} labels")
    if not best.exact:
        reasons.append("no cents printed")
    score = (
        weight
        + CONFIRMED * len(passed)
        + REPEATED * max(0, len(labels) - 1) * (not after)
        + NO_CENTS * (not best.exact)
        + FAINT * best.faint
    )
    boxes = tuple(each.box for each in prints)
    is_total = best.role in (Role.PAID, Role.TOTAL) and not after
    return Candidate(
        value, score, tuple(reasons), boxes, len(labels), len(passed), best.confidence, is_total
    )


def paid_zeros(entries: Sequence[Entry]) -> list[Entry]:
    """The zeros that a slip calls what was paid (实付 0.00), not what is still due after paying."""
    return [
        each
        for each in of_roles(entries, Role.PAID, Role.TOTAL, Role.CASH)
        if not each.value
        and not OUTSTANDING.search(each.label)
        and (SETTLED.search(each.label) or (each.marked and each.role is not Role.CASH))
    ]


def perhaps_unpaid(entries: Sequence[Entry], amount: Decimal | None) -> bool:
    """Whether this sum stands beside a zero that was paid, or a voucher of just this sum.

    Not a voucher for half of what was eaten, which leaves its own sum to pay.
    """
    if not amount:
        return False
    half = any(each.value == 2 * amount for each in entries)
    covered = any(abs(each.value) == amount and COVERS.search(each.label) for each in entries)
    return (covered and not half) or bool(paid_zeros(entries))


def _nothing_paid(entries: Sequence[Entry]) -> list[Candidate]:
    """Zero, where a voucher paid all or it was free, and no money was taken beside it."""
    zeros = paid_zeros(entries)
    taken = (each for each in of_roles(entries, *TAKEN) if each.value > 0)
    if not zeros or any(_took_money(each, zeros) for each in taken):
        return []
    last, labels = zeros[-1], len({each.label for each in zeros})
    why = (f"beside “{last.label}”: nothing was paid",)
    boxes = tuple(each.box for each in zeros)
    return [Candidate(last.value, WEIGHT[Role.PAID], why, boxes, labels, 0, last.confidence, True)]


def _took_money(entry: Entry, zeros: Sequence[Entry]) -> bool:
    """Whether this sum was paid: by other means than a voucher, or as the label says.

    What is due (应收 87.00) was not where 实收 says zero, nor was a total where 应付 does.
    """
    if entry.role not in (Role.TOTAL, Role.PAID) or SETTLED.search(entry.label):
        return not VOUCHER.search(entry.label)
    if any(SETTLED.search(zero.label) for zero in zeros):
        return False
    return entry.role is Role.PAID or all(zero.role is Role.TOTAL for zero in zeros)


def _completed(
    prints: Mapping[Decimal, Sequence[Entry]], checks: Sequence[Check]
) -> list[Candidate]:
    """A total with an illegible digit that the arithmetic supplies."""
    found = [check for check in checks if check.name == "completed" and check.start in prints]
    return [
        Candidate(
            check.value,
            WEIGHT[Role.TOTAL],
            (check.detail,),
            tuple(each.box for each in prints[check.start]),
        )
        for check in found
        if check.start is not None
    ][:1]


def _calculated(entries: Sequence[Entry], checks: Sequence[Check]) -> list[Candidate]:
    """Cash less change, for a receipt whose total is not legible."""
    boxes = tuple(each.box for each in of_roles(entries, Role.CASH, Role.CHANGE))
    return [
        Candidate(check.value, CALCULATED, (check.detail,), boxes)
        for check in checks
        if check.name == "cash-change" and check.start
    ][:1]
