"""One picture in every mode that the kinds we take can hold: a black square on white paper."""

import struct
import zlib
from functools import cache

from PIL import Image

from tests.reading.containers import chunk, saved

SIZE = (120, 160)
SQUARE = (10, 20, 50, 60)


def _drawn(ink: bytes, paper: bytes, bits: int, colours: int, extra: bytes = b"") -> bytes:
    """A PNG whose pixels are these bytes."""
    width, height = SIZE
    left, top, right, bottom = SQUARE
    blank = b"\0" + paper * width
    inked = b"\0" + paper * left + ink * (right - left) + paper * (width - right)
    rows = blank * top + inked * (bottom - top) + blank * (height - bottom)
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")


@cache
def every_mode() -> dict[str, bytes]:
    """{what it is: file}."""
    return {**_pngs_by_hand(), **_saved_by_pillow()}


def _pngs_by_hand() -> dict[str, bytes]:
    """What Pillow does not write."""
    full = 65_535
    return {
        "grey 16": _drawn(_wide(256), _wide(full), 16, 0),
        "grey 16, paper transparent": _drawn(_wide(300), _wide(40_000), 16, 0, _clear(40_000)),
        "grey 16, the grey below is not": _drawn(_wide(300), _wide(full), 16, 0, _clear(301)),
        "grey and alpha 8": _drawn(b"\0\xff", b"\x40\0", 8, 4),
        "grey and alpha 16": _drawn(_wide(0, full), _wide(0, 0), 16, 4),
        "colours 16": _drawn(_wide(300, 300, 300), _wide(full, full, full), 16, 2),
        "colours and alpha 16": _drawn(_wide(0, 0, 0, full), _wide(0, 0, 0, 0), 16, 6),
        "colours 8, one transparent": _drawn(bytes(3), b"\x09\x09\x09", 8, 2, _clear(9, 9, 9)),
        "white ink on nothing": _drawn(b"\xff\xff", b"\xff\0", 8, 4),
        "white ink on nothing, colours 16": _drawn(
            _wide(full, full, full, full), _wide(full, full, full, 0), 16, 6
        ),
    }


def _wide(*values: int) -> bytes:
    return b"".join(struct.pack(">H", value) for value in values)


def _clear(*values: int) -> bytes:
    return chunk(b"tRNS", _wide(*values))


def _saved_by_pillow() -> dict[str, bytes]:
    grey, colour = Image.new("L", SIZE, 255), Image.new("RGB", SIZE, "white")
    grey.paste(0, SQUARE)
    colour.paste("black", SQUARE)
    palette = grey.quantize(4)
    clear = palette.getpixel((90, 120))
    alphas = bytes(255 * (each != clear) for each in range(4))
    ink = Image.merge("RGBA", (Image.new("L", SIZE),) * 3 + (grey.point(lambda v: 255 - v),))
    doubled = b"".join(bytes((value, value)) for value in grey.tobytes())
    wide = Image.frombytes("I;16", SIZE, doubled)
    return {
        "palette": saved(palette, "PNG"),
        "palette, one transparent": saved(palette, "PNG", transparency=clear),
        "palette, each with its alpha": saved(palette, "PNG", transparency=alphas),
        "one bit": saved(grey.convert("1"), "PNG"),
        "one bit, white transparent": saved(grey.convert("1"), "PNG", transparency=1),
        "two bits": saved(palette, "PNG", bits=2),
        "grey": saved(grey, "PNG"),
        "grey JPEG": saved(grey, "JPEG", quality=95),
        "CMYK JPEG": saved(colour.convert("CMYK"), "JPEG", quality=95),
        "WebP": saved(colour, "WEBP", quality=95),
        "WebP with alpha": saved(ink, "WEBP", lossless=True),
        "HEIC": saved(colour, "HEIF", quality=95),
        "HEIC grey": saved(grey, "HEIF", quality=95),
        "HEIC with alpha": saved(ink, "HEIF", quality=95),
        "HEIC 16": saved(wide, "HEIF", quality=95),
    }
