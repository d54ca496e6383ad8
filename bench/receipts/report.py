"""What was measured, as tables: accuracy, confidence, time, memory, receipts photographed twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations
from statistics import median, quantiles

from bench.receipts.measure import Outcome
from points_app.reading.fingerprint import SAME_PICTURE, hash_distance
from points_app.reading.twins import Printed, distinct, likeness, marks_of

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
    """Of slips with two photographs, how many pairs are flagged, and how many false pairs; of those
    drawn by one template too."""
    seen = {outcome.picture.path: outcome for outcome in outcomes}
    pairs = {
        (outcome.picture.path.with_name(outcome.picture.same_as), outcome.picture.path)
        for outcome in outcomes
        if outcome.picture.same_as
    }
    if not pairs and not any(outcome.picture.series for outcome in outcomes):
        return
    flagged = sum(_flagged(seen[one], seen[other]) for one, other in pairs)
    again = {path for _, path in pairs}
    different = list(combinations([seen[path] for path in seen if path not in again], 2))
    false = sum(_flagged(*pair) for pair in different)
    yield f"{'photographed twice':{WIDTH}} flagged {flagged}/{len(pairs)}"
    yield f"{'different slips':{WIDTH}} flagged {false}/{len(different)}"
    series = [pair for pair in different if pair[0].picture.series == pair[1].picture.series]
    for name in dict.fromkeys(one.picture.series for one, _ in series if one.picture.series):
        of_series = [pair for pair in series if pair[0].picture.series == name]
        false = sum(_flagged(*pair) for pair in of_series)
        yield f"{'  of template ' + name:{WIDTH}} flagged {false}/{len(of_series)}"


def kinds(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """By kind of document, where the labels know it: how many are told, and how many would be paid
    without a person."""
    known = [outcome for outcome in outcomes if outcome.picture.kind]
    for kind in dict.fromkeys(outcome.picture.kind for outcome in known):
        members = [outcome for outcome in known if outcome.picture.kind == kind]
        told = _share(members, lambda each: each.document.kind == each.picture.kind, 16)
        paid = sum(_payable(each) for each in members)
        yield f"{kind or '':{WIDTH}} {told} {f'would be paid {paid}':>18}"


def _payable(outcome: Outcome) -> bool:
    """Whether the reading alone would let it be paid without a person."""
    sure = outcome.document.kind == "receipt" and outcome.document.confidence == "high"
    return sure and outcome.confidence == "high"


def mistakes(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """The pictures whose total is wrong."""
    for outcome in outcomes:
        if not right(outcome):
            was = f"{outcome.amount} ({outcome.confidence})" if outcome.amount else "nothing"
            yield f"{outcome.picture.path}: {outcome.picture.total} read as {was}"


def _flagged(one: Outcome, other: Outcome) -> bool:
    """As services/receipts/duplicates.py does it, with both at hand."""
    near = hash_distance(one.perceptual_hash, other.perceptual_hash) <= SAME_PICTURE
    prints = _printed(one), _printed(other)
    return (near and not distinct(*prints)) or likeness(*prints) is not None


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
