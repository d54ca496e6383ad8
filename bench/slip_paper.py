"""Draws the rows of a slip on paper or on a telephone's screen."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from bench.slip_parts import Row, Slip

INK = 40
MARGIN = 36


def draw(slip: Slip, font: Path, chance: Random) -> Image.Image:
    """A clean grey picture of the slip, 520 to 900 pixels wide."""
    size = chance.randint(24, 34)
    width = 1080 if slip.screen else size * chance.randint(20, 26)
    scale = 40 if slip.screen else size
    leading = (2.6 if slip.screen else chance.uniform(1.35, 1.7)) * scale
    height = round(2 * MARGIN + sum(leading * row.size for row in slip.rows))
    if slip.screen:
        height = max(height, 1900)
    paper = Image.new("L", (width, height), 255 if slip.screen else chance.randint(235, 255))
    pen, top = ImageDraw.Draw(paper), float(MARGIN)
    for row in slip.rows:
        _draw_row(pen, row, ImageFont.truetype(str(font), round(scale * row.size)), top, width)
        top += leading * row.size
    return paper


def _draw_row(
    pen: ImageDraw.ImageDraw, row: Row, face: ImageFont.FreeTypeFont, top: float, width: int
) -> None:
    """The first cell at the left edge, the last at the right one, others evenly between."""
    inner = width - 2 * MARGIN
    for number, cell in enumerate(row.cells):
        length = pen.textlength(cell, font=face)
        if row.centre:
            left = (width - length) / 2
        elif number == 0:
            left = MARGIN
        else:
            right = MARGIN + inner * (0.45 + 0.55 * number / (len(row.cells) - 1))
            left = right - length
        pen.text((left, top), cell, font=face, fill=INK)
