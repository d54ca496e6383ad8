"""How sure we may be of the first candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from points_app.reading.amounts import WEIGHT, Candidate
from points_app.reading.labels import Role

Confidence = Literal["high", "medium", "low"]
CLEAR = 0.85
LEAD = 10


def rate(candidates: Sequence[Candidate], agreed: bool = False) -> Confidence | None:
    """How sure the first candidate is; None without one.

    high: it stands beside a label of a total, nothing else contests it, it is clearly printed, and
    something independent confirms it: a check, a second label beside the same sum, or a second
    reading by another model (`agreed`). medium: a label or a calculation. low: only a guess.
    """
    if not candidates:
        return None
    best = candidates[0]
    if best.score < WEIGHT[Role.CARD]:
        return "low"
    if not best.amount:
        return "medium"
    contested = any(_contests(each, best) for each in candidates[1:])
    confirmed = best.checks > 0 or best.labels > 1 or (agreed and best.is_total)
    if confirmed and best.labels and not contested and best.clarity >= CLEAR:
        return "high"
    return "medium"


def _contests(other: Candidate, best: Candidate) -> bool:
    """Another total, one that comes close, or a larger sum among the lines of an unproven total.

    A total is larger than each of its lines: if it is not, it may be a line's sum that slipped
    beside the label on a crooked page.
    """
    another_total = other.is_total and other.score >= WEIGHT[Role.CARD]
    slipped = not best.checks and not other.labels and other.amount > best.amount
    return another_total or slipped or best.score - other.score < LEAD
