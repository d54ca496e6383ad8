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
BANDS = SAME_PICTURE // 2 + 1
BAND_SHIFT = 32


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


def band_keys(fingerprint: str) -> list[int]:
    """One number for each of the nine bands of a hash; equal numbers mean equal bits there."""
    bits = int(fingerprint, 16)
    return [
        band << BAND_SHIFT | bits >> start & (1 << width) - 1 for band, start, width in _bands()
    ]


def neighbour_keys(fingerprint: str) -> list[int]:
    """The band keys a copy may have: those of the hash, and each with one bit changed.

    SAME_PICTURE (16) changed bits in nine bands leave one band with at most one of them, so every
    copy shares at least one of these keys.
    """
    keys = band_keys(fingerprint)
    widths = [width for _, _, width in _bands()]
    changed = (
        key ^ 1 << bit for key, width in zip(keys, widths, strict=True) for bit in range(width)
    )
    return [*keys, *changed]


@cache
def _bands() -> list[tuple[int, int, int]]:
    """(number, first bit, width) of nine bands of 28 or 29 bits."""
    total = HASH_SIZE * HASH_SIZE
    edges = [total * band // BANDS for band in range(BANDS + 1)]
    return [(band, edges[band], edges[band + 1] - edges[band]) for band in range(BANDS)]


@cache
def _waves() -> list[list[float]]:
    """The first HASH_SIZE rows of the discrete cosine transform (DCT-II) of SAMPLES points."""
    return [
        [cos(pi * frequency * (2 * x + 1) / (2 * SAMPLES)) for x in range(SAMPLES)]
        for frequency in range(HASH_SIZE)
    ]


def _dot(wave: list[float], values: bytes | tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(wave, values, strict=True))
