"""Secrets that somebody could guess."""

import re
from itertools import pairwise

# What secrets in documents and examples hold; each is out of the question in a random one.
PLACEHOLDERS = re.compile(
    "change.?(me|this)|your.?(secret|key)|default[-_]|[-_]secret|secret[-_]|(secret|jwt)key|"
    "jwt.?secret|password|example|placeholder|insecure|development"
)
# Rows and columns of a keyboard, the alphabet, the digits: what fingers type instead of chance.
SEQUENCES = (
    "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/",
)  # fmt: skip
NEIGHBOURS = frozenset(frozenset(pair) for row in SEQUENCES for pair in pairwise(row))


def is_guessable(secret: str) -> bool:
    """Whether a secret is a placeholder, a repetition or a sequence instead of chance."""
    text = secret.lower()
    repeats = any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 17))
    few = len(set(text)) < 8
    return repeats or few or _is_typed(text) or bool(PLACEHOLDERS.search(text))


def _is_typed(text: str) -> bool:
    """Whether most characters stand beside the one before on a keyboard or in the alphabet: about
    one in ten of a random one, one in four of a hexadecimal one."""
    pairs = [frozenset(pair) for pair in pairwise(text)]
    beside = sum(len(pair) == 1 or pair in NEIGHBOURS for pair in pairs)
    return beside > len(pairs) / 2
