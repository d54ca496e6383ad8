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

    high: it stands beside a label of a total, no other total contests it, it is clearly printed, and
    something independent confirms it: a check, a second label beside the same sum, or a second
    reading by another model (`agreed`). medium: a label or a calculation. low: only a guess.
    """
    if not candidates:
        return None
    best = candidates[0]
    if best.score < WEIGHT[Role.CARD]:
        return "low"
    contested = any(each.is_total or best.score - each.score < LEAD for each in candidates[1:])
    confirmed = best.checks > 0 or best.labels > 1 or (agreed and best.is_total)
    if confirmed and best.labels and not contested and best.clarity >= CLEAR:
        return "high"
    return "medium"
