"""A picture becomes an upright page with its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from PIL import Image, ImageOps

from points_app.reading.engine import Engine
from points_app.reading.geometry import Box, Word

UNCLEAR = 0.78
"""Mean confidence of the engine below which the page may stand on its head. Upright receipts of
the development set, blurred and crumpled ones too, score 0.82 and more, turned ones 0.65."""
FEWEST_WORDS = 4
DIM = 100
"""Grey levels between the darkest and the lightest two hundredths, below which print is faint."""
LONG_SLIP = 2.6
"""Length to width from which a slip is read in pieces: the engine shrinks a page to 1,600 pixels
of length, and print that was 20 pixels high would be 5."""
PIECE = 2.0
OVERLAP = 0.15

_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, slots=True)
class Page:
    """An upright picture and its words; `turn` is how far it was turned, counter-clockwise."""

    image: Image.Image
    words: list[Word]
    turn: int

    def on_original(self, box: Box) -> Box:
        """Where a box of this page lies on the picture as it came."""
        width, height = self.image.size
        if self.turn in (90, 270):
            width, height = height, width
        return box.turned_back(self.turn, width, height)


def upright_page(image: Image.Image, engine: Engine) -> Page:
    """The picture turned so that its text reads left to right, read by the quick model.

    The engine reads sideways text as if the page had to be turned 90 degrees counter-clockwise;
    when that makes no sense the page stood the other way. Text that makes no sense level is tried
    upside down. At most one more reading is needed.
    """
    image = _legible(image)
    page = Page(image, read_words(image, engine), 0)
    if len(page.words) < FEWEST_WORDS:
        return page
    unclear = clarity(page.words) < UNCLEAR
    if not _sideways(page.words) and not unclear:
        return page
    turn = (270 if unclear else 90) if _sideways(page.words) else 180
    turned = image.transpose(_TURNS[turn])
    again = Page(turned, read_words(turned, engine), turn)
    return again if turn == 90 or clarity(again.words) > clarity(page.words) else page


def _legible(image: Image.Image) -> Image.Image:
    """The picture itself, or with its greys spread out when it is dim or faded."""
    counts, pixels = image.convert("L").histogram(), image.width * image.height
    reached = list(accumulate(counts))
    dark = next(grey for grey, count in enumerate(reached) if count >= 0.02 * pixels)
    light = next(grey for grey, count in enumerate(reached) if count >= 0.98 * pixels)
    if light - dark >= DIM:
        return image
    return ImageOps.autocontrast(image.convert("L"), cutoff=0.5).convert("RGB")


def read_words(image: Image.Image, engine: Engine, model: str | None = None) -> list[Word]:
    """The words of an upright picture; a long slip is read in overlapping pieces."""
    words: list[Word] = []
    for piece in _pieces(*image.size):
        part = image if piece == (0, 0, *image.size) else image.crop(piece)
        left, top = piece[:2]
        found = [replace(word, box=word.box.moved(left, top)) for word in engine.words(part, model)]
        words = _merged(words, found) if words else found
    return words


def clarity(words: Sequence[Word]) -> float:
    """Mean confidence of the engine, 0 to 1, each letter counted once."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / letters if letters else 0.0


def _sideways(words: Sequence[Word]) -> bool:
    """Most of the words of three letters and more stand taller than wide."""
    long = [word for word in words if len(word.text) >= 3]
    tall = sum(word.box.height > 1.3 * word.box.width for word in long)
    return 2 * tall > len(long)


def _pieces(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    if height <= LONG_SLIP * width:
        yield 0, 0, width, height
        return
    length, top = round(PIECE * width), 0
    while top + length < height:
        yield 0, top, width, top + length
        top += round(length * (1 - OVERLAP))
    yield 0, max(0, height - length), width, height


def _merged(words: list[Word], found: list[Word]) -> list[Word]:
    """Both lists; of a print that is in both, cut by the edge of a piece, the larger remains."""
    kept = [each for each in words if not any(_hides(new, each) for new in found)]
    return kept + [new for new in found if not any(_same_print(new, each) for each in kept)]


def _hides(new: Word, old: Word) -> bool:
    return _same_print(new, old) and _area(new.box) > _area(old.box)


def _area(box: Box) -> float:
    return box.width * box.height


def _same_print(one: Word, other: Word) -> bool:
    a, b = one.box, other.box
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    return across > 0.5 * min(a.width, b.width) and down > 0.5 * min(a.height, b.height)
