"""Prints lines of text as an engine would see them."""

from points_app.reading.geometry import Box, Word
from points_app.reading.lines import Line, group_lines

LETTER, LEADING, WIDTH = 10, 30, 600


def words(*lines: str, tilt: float = 0.0, confidence: float = 0.99) -> list[Word]:
    """The cells of each line, two spaces apart, spread over the page.

    `tilt` is how far the page falls for each pixel to the right.
    """
    found = []
    for row, line in enumerate(lines):
        cells = line.strip().split("  ")
        for place, cell in enumerate(cells):
            length = LETTER * sum(2 if ord(letter) > 0x2E80 else 1 for letter in cell)
            last = place == len(cells) - 1 and place > 0
            left = WIDTH - length if last else place * WIDTH / max(1, len(cells) - 1) * 0.8
            top = row * LEADING + tilt * (left + length / 2)
            found.append(Word(cell, Box(left, top, left + length, top + 20), confidence))
    return found


def printed(*lines: str) -> list[Line]:
    """The lines as the reader groups them."""
    return group_lines(words(*lines))
