"""Boxes and words on a page. Pixels, origin top left, x to the right, y down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def moved(self, right: float, down: float) -> Box:
        """The same rectangle, shifted by that many pixels."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def scaled(self, factor: float) -> Box:
        """The same rectangle on a page enlarged by `factor`."""
        return Box(*(factor * edge for edge in (self.left, self.top, self.right, self.bottom)))

    def turned_back(self, degrees: int, width: float, height: float) -> Box:
        """Where this box of a turned page lies on the page as it was before the turn.

        `degrees` (0, 90, 180, 270) is the counter-clockwise turn that was applied; `width` and
        `height` are those of the page before it.
        """
        left, top, right, bottom = self.left, self.top, self.right, self.bottom
        if degrees == 90:
            return Box(width - bottom, left, width - top, right)
        if degrees == 180:
            return Box(width - right, height - bottom, width - left, height - top)
        if degrees == 270:
            return Box(top, height - right, bottom, height - left)
        return self

    def as_list(self) -> list[int]:
        """[left, top, right, bottom] in whole pixels, for JSON."""
        return [round(edge) for edge in (self.left, self.top, self.right, self.bottom)]


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text as an engine found it; `confidence` is the engine's own, 0 to 1."""

    text: str
    box: Box
    confidence: float
