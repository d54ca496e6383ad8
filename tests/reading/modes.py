"""One picture in every mode that the kinds we take can hold: a black square on white paper."""

import struct
import zlib
from collections.abc import Callable, Iterable
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


def _numbers(values: Iterable[int]) -> bytes:
    return b"".join(struct.pack(">H", value) for value in values)


@cache
def every_mode() -> dict[str, bytes]:
    """{what it is: file}."""
    grey, colour = Image.new("L", SIZE, 255), Image.new("RGB", SIZE, "white")
    grey.paste(0, SQUARE)
    colour.paste("black", SQUARE)
    palette = grey.quantize(4)
    clear = palette.getpixel((90, 120))
    ink = Image.merge("RGBA", (Image.new("L", SIZE),) * 3 + (grey.point(lambda v: 255 - v),))
    wide: Callable[..., bytes] = lambda *values: _numbers(values)  # noqa: E731
    full, clear16 = 65_535, chunk(b"tRNS", wide(40_000))
    return {
        "grey 16": _drawn(wide(256), wide(full), 16, 0),
        "grey 16, paper transparent": _drawn(wide(300), wide(40_000), 16, 0, clear16),
        "grey 16, the grey below is not": _drawn(
            wide(300), wide(full), 16, 0, chunk(b"tRNS", wide(301))
        ),
        "grey and alpha 8": _drawn(b"\0\xff", b"\x40\0", 8, 4),
        "grey and alpha 16": _drawn(wide(0, full), wide(0, 0), 16, 4),
        "colours 16": _drawn(wide(300, 300, 300), wide(full, full, full), 16, 2),
        "colours and alpha 16": _drawn(wide(0, 0, 0, full), wide(0, 0, 0, 0), 16, 6),
        "colours 8, one transparent": _drawn(
            bytes(3), b"\x09\x09\x09", 8, 2, chunk(b"tRNS", wide(9, 9, 9))
        ),
        "white ink on nothing": _drawn(b"\xff\xff", b"\xff\0", 8, 4),
        "white ink on nothing, colours 16": _drawn(
            wide(full, full, full, full), wide(full, full, full, 0), 16, 6
        ),
        "palette": saved(palette, "PNG"),
        "palette, one transparent": saved(palette, "PNG", transparency=clear),
        "palette, each with its alpha": saved(
            palette, "PNG", transparency=bytes(255 * (each != clear) for each in range(4))
        ),
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
        "HEIC 16": saved(Image.frombytes("I;16", SIZE, _doubled(grey)), "HEIF", quality=95),
    }


def _doubled(grey: Image.Image) -> bytes:
    return b"".join(bytes((value, value)) for value in grey.tobytes())
