"""Sums of money in printed text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

MOST = Decimal(1_000_000)
"""No receipt is larger; a longer run of digits is a number of something else."""

_CURRENCY = r"(?:RMB|CNY|RM|MYR|SGD|USD|HKD|EUR|GBP|AED|QAR|NT\$|US\$|HK\$|[¥￥$€£Y])"
_NOT_MONEY = re.compile(
    r"""
      \d{1,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,4}\s?日?   # a date
    | \d{1,2}\s?[:;：]+\s?\d{2}(?:\s?[:;：]+\s?\d{2})?         # a time of day
    | \d+(?:[.,]\d+)?\s?[%％折]                               # a rate
    | \d+[.,]\d+\s?(?:kg|g|ml|l|litre|oz|lb|公斤|克|斤)\b       # a weight or volume
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DATE_LIKE_MONEY = re.compile(r"\d{1,3}(?:[.,]\d{3})+[.,]\d{2}$")
_EXACT = re.compile(
    rf"""
    (?P<minus>[-−–]\s?)?{_CURRENCY}?\s?(?P<inner>[-−–])?\s?
    (?P<whole>\d{{1,3}}(?:[,.\s']\d{{3}})+|\d{{1,7}}|)\s?[.,·°]\s?(?P<cents>\d{{2}})(?![\d.,]\d|\d)
    """,
    re.VERBOSE,
)
_ROUND = re.compile(
    rf"""
    (?P<minus>[-−–]\s?)?(?P<mark>{_CURRENCY})?\s?(?P<inner>[-−–])?\s?
    (?P<whole>\d{{1,3}}(?:[,.']\d{{3}})+|\d{{1,6}})(?:[.,](?P<tenth>\d))?
    (?![\d.,:/-]|\s?[xX×*])\s?(?P<unit>元|圆)?
    """,
    re.VERBOSE,
)
_DIGIT_BESIDE = r"(?:(?<=[\d.,])|(?<=[¥￥$]))[{0}](?=[\d.,\s]|$)|(?<![A-Za-z\d])[{0}](?=[.,]?\d)"
_ZEROES = re.compile(_DIGIT_BESIDE.format("OoＯ"))
_ONES = re.compile(_DIGIT_BESIDE.format("lI|"))


@dataclass(frozen=True, slots=True)
class Money:
    """A sum as printed; `exact` when it shows cents, which a count or a table number does not."""

    value: Decimal
    exact: bool
    marked: bool
    start: int
    end: int


def find_money(text: str) -> list[Money]:
    """The sums in a piece of text, left to right; dates, times, rates and weights are not sums.

    A currency sign or 元 makes a whole number a marked sum; a bare one is reported too, with
    `exact` and `marked` false, for the caller to use only where a sum is expected.
    """
    text = plain(text)
    text = _ONES.sub("1", _ZEROES.sub("0", text))
    text = _NOT_MONEY.sub(_blank, text)
    found = [_exact(match) for match in _EXACT.finditer(text)]
    rest = text
    for money in found:
        rest = rest[: money.start] + " " * (money.end - money.start) + rest[money.end :]
    found += [_round(match) for match in _ROUND.finditer(rest) if _stands_alone(rest, match)]
    return sorted((each for each in found if abs(each.value) <= MOST), key=lambda each: each.start)


def plain(text: str) -> str:
    """Full-width characters as ordinary ones, of the same length, so that positions still fit."""
    return "".join(
        narrow if len(narrow := unicodedata.normalize("NFKC", each)) == 1 else each for each in text
    )


def _blank(match: re.Match[str]) -> str:
    kept = match.group()
    return kept if _DATE_LIKE_MONEY.search(kept) else " " * len(kept)


def _exact(match: re.Match[str]) -> Money:
    whole = re.sub(r"\D", "", match["whole"]) or "0"
    value = Decimal(f"{whole}.{match['cents']}")
    negative = match["minus"] or match["inner"]
    return Money(-value if negative else value, True, True, match.start(), match.end())


def _round(match: re.Match[str]) -> Money:
    whole = re.sub(r"\D", "", match["whole"])
    value = Decimal(f"{whole}.{match['tenth'] or 0}").quantize(Decimal("0.01"))
    negative = match["minus"] or match["inner"]
    marked = bool(match["mark"] or match["unit"])
    return Money(-value if negative else value, False, marked, match.start(), match.end())


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Not a part of a longer number or of a code such as "A13" or "#184"."""
    before = text[: match.start()].rstrip()[-1:]
    after = text[match.end() : match.end() + 1]
    return (
        not (before.isalnum() and before.isascii() and not match["mark"])
        and not (before in tuple("#.,:*x×@/-") and before != ":" and not match["mark"])
        and not (after.isalnum() and after.isascii())
    )
