"""What kind of paper a picture shows: only a receipt says that something was bought and paid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from points_app.reading.confidence import Confidence
from points_app.reading.entries import Entry, of_roles
from points_app.reading.kind_words import (
    CHINESE,
    CHINESE_POLICY,
    ENGLISH,
    ENGLISH_POLICY,
    INVOICE_FIELDS,
    SCREEN_FIELDS,
    SCREEN_TITLES,
    SIMPLIFIED,
    WORDS_OF_PAYMENT,
    DocumentKind,
)
from points_app.reading.labels import Role, fold, says
from points_app.reading.lines import Line
from points_app.reading.money import find_money

KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)
NOTHING_SOLD: frozenset[DocumentKind] = frozenset(KINDS) - {"receipt", "payment_screenshot"}
"""Papers whose sum, however clear, is not known to have been paid for anything."""

BESIDE = 6
"""Chinese characters that may stand on a line beside the words that name the paper."""
WORDS_IN_A_TITLE = 4
FEW_SUMS = 4
"""A payment screen shows the sum paid and what led to it, but no dishes."""
CLEAR = 0.8
ILLEGIBLE = 0.2
"""Share of the words below CLEAR from which the paper's name may be among what was not read."""


@dataclass(frozen=True, slots=True)
class Document:
    """The kind of paper, how sure that is, and the printed words that say so.

    high: the paper names itself, or is a receipt of which nothing says otherwise. medium: the words
    stand beside others, something printed contradicts them, or much of a receipt is illegible. low:
    nothing says what it is.
    """

    kind: DocumentKind
    confidence: Confidence
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hint:
    kind: DocumentKind
    names_itself: bool
    text: str


def document_of(
    lines: Sequence[Line], entries: Sequence[Entry], has_total: bool, has_sums: bool
) -> Document:
    """The kind of paper that these lines and their sums make; pure.

    Words by which it names itself something else go before everything, mere mentions come last.
    `has_total` says that a sum stands beside the label of a total or agrees with a calculation,
    `has_sums` that there are sums enough for a receipt.
    """
    hints = [*_hints(lines), *_negative_total(entries)]
    if any(hint.names_itself for hint in hints):
        return _told_by(hints, entries)
    if invoice := _fields(lines, INVOICE_FIELDS, fewest=2):
        return Document("tax_invoice", "high", invoice)
    if screen := _screen(lines, entries):
        return screen
    if hints:
        return _told_by(hints, entries)
    if has_sums:
        sure: Confidence = "high" if _legible(lines) else "medium"
        return Document("receipt", sure if has_total else "low")
    return Document("other", "medium")


def limited(confidence: Confidence | None, document: Document) -> Confidence | None:
    """The confidence that a sum was paid: never high on a paper that names itself something else,
    however clearly the sum is printed."""
    unpaid = document.kind in NOTHING_SOLD and document.confidence == "high"
    return "medium" if confidence == "high" and unpaid else confidence


def _told_by(hints: Sequence[_Hint], entries: Sequence[Entry]) -> Document:
    best = min(hints, key=lambda hint: (not hint.names_itself, KINDS.index(hint.kind)))
    told = tuple(dict.fromkeys(hint.text for hint in hints if hint.kind == best.kind))[:3]
    contradicted = best.kind in ("before_payment", "order_ticket") and _was_paid(entries)
    sure = best.names_itself and not contradicted
    return Document(best.kind, "high" if sure else "medium", told)


def _hints(lines: Sequence[Line]) -> Iterator[_Hint]:
    """What the lines say of the paper. Terms of exchange ("no refund", 恕不退换) say nothing, nor
    do words beside a sum of zero (退款 0.00)."""
    texts = [line.text for line in lines]
    for at, line in enumerate(lines):
        sums = find_money(line.text)
        if sums and not any(money.value for money in sums):
            continue
        around = " ".join(texts[max(0, at - 1) : at + 2])
        yield from _chinese(line, around)
        yield from _english(line, around)


def _chinese(line: Line, around: str) -> Iterator[_Hint]:
    said, near = simplified(line.text), simplified(around)
    letters = _letters(said)
    parts = [letters, *(_letters(simplified(word.text)) for word in line.words)]
    for kind, title, elsewhere in CHINESE:
        terms = kind in ("refund", "void", "tax_invoice") and CHINESE_POLICY.search(near)
        found = re.search(title, letters)
        if found and not terms:
            named = found.group()
            alone = any(named in part and len(part) <= len(named) + BESIDE for part in parts)
            yield _Hint(kind, alone, line.text)
        elif elsewhere and re.search(elsewhere, said):
            yield _Hint(kind, True, line.text)


def _english(line: Line, around: str) -> Iterator[_Hint]:
    words = fold(line.text)
    parts = [words, *(fold(word.text) for word in line.words)]
    for kind, titles, elsewhere in ENGLISH if words else ():
        if says(words, elsewhere):
            yield _Hint(kind, True, line.text)
        elif (title := _named(words, titles)) and not _says_exactly(fold(around), ENGLISH_POLICY):
            alone = any(_is_title(part, title) for part in parts)
            yield _Hint(kind, alone, line.text)


def _named(words: str, titles: Sequence[str]) -> str | None:
    return next((title for title in titles if says(words, (title,))), None)


def _is_title(words: str, title: str) -> bool:
    """The title is half of the words, or begins a short line of them."""
    count = len(words.split())
    begins = words.startswith(fold(title)) and count <= WORDS_IN_A_TITLE
    return says(words, (title,)) and (begins or 2 * len(title.split()) >= count)


def _letters(text: str) -> str:
    """The Chinese characters, without the 一 that engines make of a dash beside a title."""
    return re.sub(r"[^\u4e00-\u9fff]", "", text).strip("一")


def _says_exactly(words: str, phrases: Sequence[str]) -> bool:
    return any(f" {fold(phrase)} " in f" {words} " for phrase in phrases)


def _negative_total(entries: Sequence[Entry]) -> Iterator[_Hint]:
    """Totals below zero are paid back. One of them, or most of the dishes, perhaps: in a dark
    photograph engines overlook a minus."""
    totals = [each for each in of_roles(entries, Role.PAID, Role.TOTAL) if each.value]
    if totals and all(each.value < 0 for each in totals):
        yield _Hint("refund", True, f"{totals[0].label} {totals[0].value}")
    dishes = {each.row: each for each in of_roles(entries, None) if each.exact}.values()
    back = [each for each in dishes if each.value < 0]
    most = 2 * sum(each.value for each in back) < -sum(abs(each.value) for each in dishes)
    largest = max((abs(each.value) for each in totals), default=0)
    below = [each for each in totals if 2 * each.value < -largest] or (back if most else [])
    if below:
        yield _Hint("refund", False, f"{below[0].label} {below[0].value}".strip())


def _was_paid(entries: Sequence[Entry]) -> bool:
    """Whether the paper shows a payment: by card or wallet, or the change that was given."""
    cards = any(each.value > 0 for each in of_roles(entries, Role.CARD))
    change = bool(of_roles(entries, Role.CHANGE)) and bool(of_roles(entries, Role.CASH, Role.PAID))
    labels = (simplified(each.label) for each in of_roles(entries, Role.PAID) if each.value > 0)
    return cards or change or any(re.search(WORDS_OF_PAYMENT, label) for label in labels)


def _legible(lines: Sequence[Line]) -> bool:
    """Whether so much could be read that a word which says otherwise would have been."""
    read = [word.confidence for line in lines for word in line.words if len(word.text) > 1]
    return sum(each < CLEAR for each in read) < ILLEGIBLE * len(read)


def _screen(lines: Sequence[Line], entries: Sequence[Entry]) -> Document | None:
    """The page of a wallet: it says that a payment went through, and lists no dishes."""
    dishes = of_roles(entries, Role.TOTAL, Role.SUBTOTAL)
    if dishes or len({abs(each.value) for each in entries}) > FEW_SUMS:
        return None
    titles = _fields(lines, SCREEN_TITLES, fewest=1)
    fields = _fields(lines, SCREEN_FIELDS, fewest=2)
    if not titles and not fields:
        return None
    sure = bool(titles) or len(fields) > 2
    return Document("payment_screenshot", "high" if sure else "medium", (*titles, *fields)[:3])


def _fields(lines: Sequence[Line], pattern: str, fewest: int) -> tuple[str, ...]:
    """The different words of the pattern that the lines print; none when they are too few."""
    found = {
        match.group() for line in lines for match in re.finditer(pattern, simplified(line.text))
    }
    return tuple(sorted(found)) if len(found) >= fewest else ()


def simplified(text: str) -> str:
    """Without spaces, full-width made ordinary, lower case, traditional characters simplified."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower().translate(SIMPLIFIED)
