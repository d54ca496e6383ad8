"""Words become printed lines: what stands at one height belongs together, read left to right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from points_app.reading.geometry import Box, Word

TILTS = [step / 100 for step in range(-24, 25)]
"""Slopes tried, as fall per pixel to the right: about 13 degrees either way."""

STEEPNESS = 10
"""Rows that a slope of 1 would have to save: 0.1, the slope of a page held carelessly, one row."""

ALMOST_AS_TIDY = 1.5
"""Rows' worth of untidiness by which another slope may be worse and still be the right one."""
DIFFERENT_TILT = 0.03


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one printed line, left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        """The print size, in pixels."""
        return median(word.box.height for word in self.words)

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(word.box for word in self.words)


def group_lines(words: Iterable[Word], tilt: float | None = None) -> list[Line]:
    """The printed lines from top to bottom, on a page that may lie a little askew.

    `tilt` is its slope, the likeliest when not given.
    """
    words = [word for word in words if word.text.strip()]
    rows = _rows(words, likely_tilts(words)[0] if tilt is None else tilt)
    return [Line(tuple(sorted(row, key=lambda word: word.box.left))) for row in rows]


def likely_tilts(words: Sequence[Word]) -> list[float]:
    """The slopes at which the words form tidy rows, the tidiest first.

    Tidy means few rows, words level with their row, none on top of another; and rather level, since
    a steep slope always makes a few rows meet by accident. On a page held askew the column of sums
    may fit the names one row higher or lower almost as well: then both slopes are likely.
    """
    if not words:
        return [0.0]
    print_size = median(word.box.height for word in words)

    def untidiness(tilt: float) -> float:
        rows = _rows(words, tilt)
        scatter = sum(_scatter(row, tilt) for row in rows) / print_size
        return len(rows) + sum(map(_overlaps, rows)) + scatter / 5 + STEEPNESS * abs(tilt)

    untidy = [untidiness(tilt) for tilt in TILTS]
    valleys = [at for at in range(len(TILTS)) if untidy[at] == min(untidy[max(0, at - 1) : at + 2])]
    likely: list[float] = []
    for at in sorted(valleys, key=lambda at: untidy[at]):
        apart = all(abs(TILTS[at] - tilt) >= DIFFERENT_TILT for tilt in likely)
        if apart and untidy[at] <= min(untidy) + ALMOST_AS_TIDY:
            likely.append(TILTS[at])
    return likely


def _rows(words: Sequence[Word], tilt: float) -> list[list[Word]]:
    """Words by height on the page; one that is half a letter below its row opens the next."""
    rows: list[list[Word]] = []
    level = 0.0
    for word in sorted(words, key=lambda word: _level(word.box, tilt)):
        here = _level(word.box, tilt)
        if rows and here - level <= 0.5 * min(word.box.height, rows[-1][-1].box.height):
            rows[-1].append(word)
            level += (here - level) / len(rows[-1])
        else:
            rows.append([word])
            level = here
    return rows


def _overlaps(row: Sequence[Word]) -> int:
    ordered = sorted((word.box for word in row), key=lambda box: box.left)
    return sum(
        one.right - other.left > 0.3 * min(one.width, other.width)
        for one, other in pairwise(ordered)
    )


def _scatter(row: Sequence[Word], tilt: float) -> float:
    middle = fmean(_level(word.box, tilt) for word in row)
    return sum(abs(_level(word.box, tilt) - middle) for word in row)


def _level(box: Box, tilt: float) -> float:
    x, y = box.centre
    return y - tilt * x
