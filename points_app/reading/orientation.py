"""How the camera was held: the one thing that is read of a picture's EXIF or XMP.

Real files carry dozens of odd tags. Nothing here looks at any but Orientation, and nothing raises:
what cannot be read counts as upright.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from PIL import Image

UPRIGHT = 1
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The number types of TIFF, as `struct` writes them; a rational is two numbers, the first is taken.
_NUMBERS = {1: "B", 3: "H", 4: "L", 5: "L", 6: "b", 8: "h", 9: "l", 10: "l", 11: "f", 12: "d"}
_RATIONALS = {5, 10}
_ASCII = 2
_IN_XMP = re.compile(rb"tiff:Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\s*[\"'<]")
_MOST_XMP = 1 << 20


def orientation(exif: bytes, xmp: bytes) -> int:
    """1 to 8 as EXIF counts: what the EXIF block says, else the XMP packet, else 1 (upright)."""
    said = [value for value in _in_exif(exif) if value == UPRIGHT or value in TURNS]
    if said:
        return said[-1]
    # A packet in UTF-16 is the same letters with zeros between them.
    found = _IN_XMP.search(xmp[:_MOST_XMP].replace(b"\0", b""))
    return int(found[1]) if found else UPRIGHT


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture turned as `orientation` asks."""
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _in_exif(exif: bytes) -> Iterator[int]:
    """Every readable Orientation of the first directory."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return
    start = struct.unpack_from(order + "L", tiff, 4)[0]
    if start + 2 > len(tiff):
        return
    count = struct.unpack_from(order + "H", tiff, start)[0]
    for place in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, values = struct.unpack_from(order + "HHL", tiff, place)
        if tag == ORIENTATION and values:
            value = _value(tiff, order, place, kind, values)
            if value is not None:
                yield value


def _value(tiff: bytes, order: str, place: int, kind: int, values: int) -> int | None:
    """The first value of the entry at `place`; None where it is no whole number or lies outside."""
    form = "c" if kind == _ASCII else _NUMBERS.get(kind)
    if form is None:
        return None
    form = order + form * (2 if kind in _RATIONALS else 1)
    size = struct.calcsize(form)
    stored = place + 8
    if size * values > 4:
        stored = struct.unpack_from(order + "L", tiff, stored)[0]
    if stored + size > len(tiff):
        return None
    first, *below = struct.unpack_from(form, tiff, stored)
    if kind == _ASCII:
        return int(first) if first.isdigit() else None
    if below:
        return first // below[0] if below[0] and first % below[0] == 0 else None
    return int(first) if first == first and abs(first) < 9 else None
