"""One JPEG in, one Reading out: read quickly, and once more with care where that is not certain."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from PIL import Image

from points_app.reading.amounts import Candidate, perhaps_unpaid, rank_candidates
from points_app.reading.checks import Check, cross_checks
from points_app.reading.confidence import Confidence, rate
from points_app.reading.engine import Engine
from points_app.reading.entries import Entry, find_entries
from points_app.reading.facts import Fact, merchant_name, receipt_number, receipt_time
from points_app.reading.geometry import Box, Word
from points_app.reading.kinds import document_of, limited
from points_app.reading.lines import Line, group_lines, likely_tilts
from points_app.reading.pages import Page, read_words, upright_page
from points_app.reading.result import Reading

FEWEST_SUMS = 3
"""A page without a labelled sum counts as a receipt only if it holds at least so many sums."""
KEPT_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What the words of an upright page say, before it is judged."""

    words: Sequence[Word]
    lines: list[Line]
    entries: list[Entry]
    checks: list[Check]
    candidates: list[Candidate]
    confidence: Confidence | None = None
    contested: bool = False

    def rated(self, agreed: bool = False) -> Interpretation:
        """With its confidence; `agreed` when another model arrived at the same amount."""
        rating = rate(self.candidates, agreed)
        limited = "medium" if self.contested and rating == "high" else rating
        return replace(self, confidence=limited)

    @property
    def amount(self) -> Decimal | None:
        return self.candidates[0].amount if self.candidates else None

    @property
    def proofs(self) -> int:
        """How often the first candidate is confirmed: by checks, and by a second label."""
        best = self.candidates[0] if self.candidates else None
        return best.checks + (best.labels > 1) if best else 0

    @property
    def is_receipt(self) -> bool:
        labelled = any(each.labels or each.checks for each in self.candidates)
        return labelled or len(self.candidates) >= FEWEST_SUMS


def read_receipt(jpeg: bytes, engine: Engine, today: date | None = None) -> Reading:
    """Read the amount paid and the facts of a receipt from a normalised picture.

    `today` dates slips that print no year. Takes about half a second on one core, one to three
    where the careful model is needed too. Raises OSError for bytes that are no picture.
    """
    started = time.perf_counter()
    page = upright_page(Image.open(io.BytesIO(jpeg)).convert("RGB"), engine)
    found, models = interpret(page.words), engine.models[:1]
    if found.confidence != "high" and len(engine.models) > 1 and page.words:
        found, models = _second_look(page, found, engine), engine.models[:2]
    reading = _reading(found, page.on_original, today)
    seconds = time.perf_counter() - started
    return replace(reading, engine=f"{engine.name} {'+'.join(models)}", seconds=seconds)


def interpret(words: Sequence[Word]) -> Interpretation:
    """Words to lines to sums to candidates; pure.

    Of several likely slopes of the page the one counts under which more agrees, of the receipt's
    own arithmetic and of its labels, else the tidiest. Where they lead to different amounts and
    nothing decides, that is not certain, nor is a sum that a voucher may have paid.
    """
    readings = [_interpret(words, tilt) for tilt in likely_tilts(words)]
    best = max(readings, key=lambda each: each.proofs)
    rivals = [each for each in readings if each.proofs == best.proofs]
    contested = any(each.amount not in (None, best.amount) for each in rivals)
    contested = contested or perhaps_unpaid(best.entries, best.amount)
    return replace(best, contested=contested).rated()


def _interpret(words: Sequence[Word], tilt: float) -> Interpretation:
    lines = group_lines(words, tilt)
    entries = find_entries(lines)
    checks = cross_checks(entries)
    candidates = rank_candidates(entries, checks)
    return Interpretation(words, lines, entries, checks, candidates)


def _second_look(page: Page, first: Interpretation, engine: Engine) -> Interpretation:
    """The part of the page that holds the totals, read again by the careful model.

    Its words replace those of the first reading there. Two models that arrive at the same sum
    confirm it.
    """
    part = _part_with_totals(page, first)
    left, top = round(part.left), round(part.top)
    piece = page.image.crop((left, top, round(part.right), round(part.bottom)))
    careful = [
        replace(word, box=word.box.moved(left, top))
        for word in read_words(piece, engine, engine.models[1])
    ]
    rest = [word for word in first.words if not _inside(word.box, part)]
    second = interpret([*rest, *careful])
    if not second.candidates:
        return first
    return second.rated(agreed=first.amount == second.amount)


def _part_with_totals(page: Page, first: Interpretation) -> Box:
    """The full width of the page, from the first labelled sum to the last, and a bit around.

    The whole page when no sum has a label, or the best one is only a guess.
    """
    width, height = page.image.size
    labelled = [each for each in first.entries if each.role]
    if not labelled or first.confidence == "low":
        return Box(0, 0, width, height)
    rows = [first.lines[each.row].boxes for each in labelled]
    tops, bottoms = [b.top for row in rows for b in row], [b.bottom for row in rows for b in row]
    margin = 2 * max(each.box.height for each in labelled)
    return Box(0, max(0, min(tops) - margin), width, min(height, max(bottoms) + margin))


def _inside(box: Box, part: Box) -> bool:
    return part.top <= box.centre[1] <= part.bottom


def _reading(found: Interpretation, place: Callable[[Box], Box], today: date | None) -> Reading:
    """The interpretation of a page, with its boxes put back on the picture as it came."""
    kept = found.candidates[:KEPT_CANDIDATES] if found.is_receipt else []
    lines = found.lines if found.is_receipt else []
    labelled = any(each.labels or each.checks for each in kept[:1])
    document = document_of(found.lines, found.entries, labelled, found.is_receipt)
    return Reading(
        is_receipt=found.is_receipt,
        document=document,
        amount=kept[0].amount if kept else None,
        amount_confidence=limited(found.confidence, document) if kept else None,
        merchant_name=_placed(merchant_name(lines), place),
        receipt_number=_placed(receipt_number(lines), place),
        receipt_time=_placed(receipt_time(lines, today), place),
        candidates=tuple(_placed(each, place) for each in kept),
        checks=tuple(found.checks),
        lines=tuple(line.text for line in found.lines),
        engine="",
        seconds=0.0,
    )


Boxed = TypeVar("Boxed", Candidate, Fact, Fact | None)


def _placed(item: Boxed, place: Callable[[Box], Box]) -> Boxed:
    return item and replace(item, boxes=tuple(place(box) for box in item.boxes))
