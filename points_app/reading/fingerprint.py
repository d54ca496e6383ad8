"""A picture hash that survives re-saving: the DCT hash ("pHash") of 16 x 16 frequencies.

64 bits are not enough for receipts, which all look alike: at 256 bits and a distance of at most
SAME_PICTURE every re-saved copy of the development set is found without a false match.
"""

from __future__ import annotations

from functools import cache
from math import cos, pi
from statistics import median

from PIL import Image

HASH_SIZE = 16
SAMPLES = 4 * HASH_SIZE
SAME_PICTURE = 16
"""Largest distance, in bits of 256, at which two pictures count as copies of one another."""


def perceptual_hash(image: Image.Image) -> str:
    """64 hexadecimal digits: which of the 16 x 16 lowest frequencies lie above their median."""
    small = image.convert("L").resize((SAMPLES, SAMPLES), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    rows = [grey[start : start + SAMPLES] for start in range(0, len(grey), SAMPLES)]
    across = [[_dot(wave, row) for wave in _waves()] for row in rows]
    frequencies = [_dot(wave, column) for wave in _waves() for column in zip(*across, strict=True)]
    middle = median(frequencies)
    bits = "".join("1" if each > middle else "0" for each in frequencies)
    return f"{int(bits, 2):0{HASH_SIZE * HASH_SIZE // 4}x}"


def hash_distance(one: str, other: str) -> int:
    """How many of the 256 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


@cache
def _waves() -> list[list[float]]:
    """The first HASH_SIZE rows of the discrete cosine transform (DCT-II) of SAMPLES points."""
    return [
        [cos(pi * frequency * (2 * x + 1) / (2 * SAMPLES)) for x in range(SAMPLES)]
        for frequency in range(HASH_SIZE)
    ]


def _dot(wave: list[float], values: bytes | tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(wave, values, strict=True))
