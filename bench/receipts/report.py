"""What was measured, as tables: accuracy, confidence, time, memory, receipts photographed twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations
from statistics import median, quantiles

from bench.receipts.measure import Outcome
from points_app.reading import Printed, likeness, marks_of

SIMILAR_NAME = 0.6
WIDTH = 24


def right(outcome: Outcome) -> bool:
    """The exact total, or rightly none."""
    amount = None if outcome.amount is None else Decimal(outcome.amount)
    return amount == outcome.picture.total


def accuracy(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """By set: exact totals, and the facts where the labels know them."""
    yield f"{'set':{WIDTH}} {'total':>16} {'date':>14} {'time':>14} {'order no':>14} {'shop':>14}"
    sets: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        sets[outcome.picture.set].append(outcome)
    for name, members in [*sets.items(), ("all", list(outcomes))]:
        cells = [_share(members, right, 16)]
        cells += [_share(_labelled(members, field), test, 14) for field, test in _FIELDS.items()]
        yield f"{name:{WIDTH}} {' '.join(cells)}"


def calibration(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """By confidence: how many there are, and how many of those are right."""
    yield f"{'confidence':{WIDTH}} {'right':>16} {'covers':>14}"
    for level in ("high", "medium", "low", None):
        members = [outcome for outcome in outcomes if outcome.confidence == level]
        covers = f"{len(members) / len(outcomes):.1%}"
        yield f"{level or 'no amount':{WIDTH}} {_share(members, right, 16)} {covers:>14}"


def effort(outcomes: Sequence[Outcome], cold: float, peak: float) -> Iterable[str]:
    """Seconds a picture, and whether memory grows."""
    for name, seconds in (
        ("reading, s", [outcome.reading for outcome in outcomes]),
        ("decoding, s", [outcome.decoding for outcome in outcomes]),
    ):
        p95 = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        middle, most = median(seconds), max(seconds)
        yield f"{name:{WIDTH}} median {middle:.2f}  p95 {p95:.2f}  most {most:.2f}"
    yield f"{'cold start, s':{WIDTH}} {cold:.2f} with the first picture"
    quarter = max(1, len(outcomes) // 4)
    parts = [outcomes[at * quarter : (at + 1) * quarter] for at in range(4)]
    means = [sum(each.memory for each in part) / len(part) for part in parts if part]
    steps = ", ".join(f"{mean:.0f}" for mean in means)
    yield f"{'memory, MB':{WIDTH}} peak {peak:.0f}  mean of each quarter {steps}"


def photographed_twice(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Of slips with two photographs, how many pairs are flagged, and how many false pairs."""
    printed = {outcome.picture.path: _printed(outcome) for outcome in outcomes}
    pairs = {
        (outcome.picture.path.with_name(outcome.picture.same_as), outcome.picture.path)
        for outcome in outcomes
        if outcome.picture.same_as
    }
    if not pairs:
        return
    flagged = sum(likeness(printed[one], printed[other]) is not None for one, other in pairs)
    originals = [path for path in printed if path not in {again for _, again in pairs}]
    false = [
        pair for pair in combinations(originals, 2) if likeness(*(printed[path] for path in pair))
    ]
    different = len(originals) * (len(originals) - 1) // 2
    yield f"{'photographed twice':{WIDTH}} flagged {flagged}/{len(pairs)}"
    yield f"{'different slips':{WIDTH}} flagged {len(false)}/{different}"


def mistakes(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """The pictures whose total is wrong."""
    for outcome in outcomes:
        if not right(outcome):
            was = f"{outcome.amount} ({outcome.confidence})" if outcome.amount else "nothing"
            yield f"{outcome.picture.path}: {outcome.picture.total} read as {was}"


def _printed(outcome: Outcome) -> Printed:
    facts = {name: value or None for name, value in outcome.facts.items()}
    amount = Decimal(outcome.amount) if outcome.amount else None
    return Printed(
        amount, facts["merchant"], facts["order_no"], facts["moment"], marks_of(outcome.lines)
    )


def _labelled(outcomes: Iterable[Outcome], field: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.picture.facts[field]]


def _share(outcomes: Sequence[Outcome], test: Callable[[Outcome], bool], width: int) -> str:
    if not outcomes:
        return f"{'-':>{width}}"
    count = sum(map(test, outcomes))
    return f"{f'{count}/{len(outcomes)} {count / len(outcomes):.1%}':>{width}}"


def _same_shop(outcome: Outcome) -> bool:
    names = outcome.picture.facts["merchant"], outcome.facts["merchant"]
    return SequenceMatcher(None, *names).ratio() >= SIMILAR_NAME


_FIELDS: dict[str, Callable[[Outcome], bool]] = {
    "date": lambda each: each.facts["moment"][:10] == each.picture.facts["date"],
    "time": lambda each: each.facts["moment"][11:16] == each.picture.facts["time"][:5],
    "order_no": lambda each: each.facts["order_no"] == each.picture.facts["order_no"],
    "merchant": _same_shop,
}
