"""Whether a receipt names one of ours."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

SIMILAR_NAME = 0.75
"""A shop's name with a quarter of its letters misread is still taken for it."""


def listed(setting: str) -> list[str]:
    """The names in a list that somebody typed."""
    return [name for name in re.split(r"[,，;；、\n]", setting) if name.strip()]


def are_printed(names: Iterable[str], lines: Iterable[str]) -> bool | None:
    """Whether a line names one of the shops; None where nothing was read."""
    wanted = [_letters(name) for name in names]
    texts = [text for line in lines if (text := _letters(line))]
    if not texts:
        return None
    return any(_is_named(name, text) for name in wanted for text in texts)


def _letters(text: str) -> str:
    """Lower case without spaces, brackets and punctuation, full-width letters made ordinary."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text)).lower()


def _is_named(name: str, text: str) -> bool:
    return name in text or SequenceMatcher(None, name, text).ratio() >= SIMILAR_NAME
