"""The wheel: which field a random point falls on. Pure; whole numbers throughout.

Probabilities have four decimals, so a wheel is an interval of about 10,000 whole units and each
prize owns as many of them as its probability says: no float, no boundary that two prizes share.
"""

import secrets
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

UNITS = 10_000
TOLERANCE_UNITS = 10
NEAR_MISS_UNITS = 200


class Field(Protocol):
    """What the wheel needs to know of a prize."""

    @property
    def probability(self) -> Decimal: ...
    @property
    def is_activity(self) -> bool: ...
    @property
    def prize_type(self) -> str: ...


AnyField = TypeVar("AnyField", bound=Field, covariant=True)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where one turn stopped: the index of the prize, and whether it nearly stopped beside it."""

    index: int
    is_near_miss: bool


class Wheel(Generic[AnyField]):
    """Prizes in the order of their angles, with the intervals they own."""

    def __init__(self, prizes: Sequence[AnyField]) -> None:
        self.prizes = prizes
        self._ends = list(accumulate(int(prize.probability * UNITS) for prize in prizes))

    @property
    def is_open(self) -> bool:
        """Whether there are prizes and their probabilities sum to 1 ± 0.001."""
        return bool(self._ends) and abs(self._ends[-1] - UNITS) <= TOLERANCE_UNITS

    def turn(self, choose: Callable[[int], int] = secrets.randbelow) -> Turn:
        """Turn the wheel once; `choose(n)` gives a whole number in [0, n), by default from the
        operating system's CSPRNG."""
        point = choose(self._ends[-1])
        index = bisect_right(self._ends, point)
        start = self._ends[index - 1] if index else 0
        distance = min(point - start, self._ends[index] - point)
        near = self.prizes[index].is_activity and distance <= NEAR_MISS_UNITS
        return Turn(index, near)

    @property
    def consolation(self) -> int | None:
        """The index of the empty prize that stands in for one that cannot be given: the likeliest
        of several; None when the wheel has none."""
        empty = [i for i, prize in enumerate(self.prizes) if prize.prize_type == "empty"]
        return max(empty, key=lambda i: self.prizes[i].probability, default=None)
