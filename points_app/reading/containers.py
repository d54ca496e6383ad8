"""What an upload is before anything decodes it: its kind, its sides, what decoding it will take.

The headers are read here by hand, in time that the file's length bounds. JPEG and PNG are also
handed on without their metadata: nothing but the orientation is wanted of it, so no decoder has to
stumble over it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Reason = Literal["kind", "size", "damaged", "cost"]

MAX_PIXELS = 50 * 1024 * 1024
"""50 megapixels as telephones count them: theirs make 8160 x 6144, which is 50.1 million."""
MAX_SIDE = 32_768
LARGE_PIXELS = 16 * 1024 * 1024
"""From here on a picture that has to be decoded whole is large: it waits for other large ones."""
MAX_SCANS = 64
"""Of one JPEG; cameras and encoders write 1 to 14. Each scan goes through the whole picture."""
MAX_SEGMENTS = 20_000
"""Of one file: segments of a JPEG, chunks of a PNG or a WebP. Cameras write below 2,000."""

_OTHERS = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"%PDF": "PDF",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"8BPS": "PSD",
}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF = {b"avif", b"avis"}
_HEIF = {b"mif1", b"msf1"}


class PictureRejected(ValueError):
    """Not a picture that is taken. `reason` says why: another kind of file, too many pixels or too
    long a side, damaged, or too costly to decode. `kind` names the kind of file where it is known.
    """

    def __init__(self, reason: Reason, detail: str, kind: str | None = None) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Container:
    """A picture's file, looked into: `content` is what a decoder of `kind` (Pillow's name) gets,
    `is_large` whether decoding it takes much memory and time."""

    kind: str
    content: bytes
    width: int
    height: int
    is_large: bool
    exif: bytes = b""
    xmp: bytes = b""


def look_into(content: bytes) -> Container:
    """Tell what kind of picture this is and check what its header claims. Raises PictureRejected.

    Takes some milliseconds, whatever the file holds.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    if content[4:8] == b"ftyp":
        return _heif(content)
    kind = next((name for mark, name in _OTHERS.items() if content.startswith(mark)), None)
    raise PictureRejected("kind", f"not a JPEG, PNG, WebP or HEIC picture but {kind}", kind)


def check_size(width: int, height: int) -> None:
    """Raises PictureRejected for a picture without pixels or with too many."""
    if width < 1 or height < 1:
        raise PictureRejected("damaged", "the picture is empty")
    if width * height > MAX_PIXELS:
        raise PictureRejected("size", f"{width} x {height}: more than 50 megapixels")
    if max(width, height) > MAX_SIDE:
        raise PictureRejected("size", f"{width} x {height}: a side above {MAX_SIDE} pixels")


def _damaged() -> PictureRejected:
    return PictureRejected("damaged", "the picture is damaged or cut off")


def _too_many_parts() -> PictureRejected:
    return PictureRejected("cost", f"the file has more than {MAX_SEGMENTS} parts")


# --- JPEG

# 0xFF before a zero is data, before D0 to D7 a restart within a scan, before another one filling.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_SOI, _EOI, _SOS, _TEM, _COM = 0xD8, 0xD9, 0xDA, 0x01, 0xFE
_APP0, _APP1, _APP14, _APP15 = 0xE0, 0xE1, 0xEE, 0xEF
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"


def _jpeg(content: bytes) -> Container:
    kept, size, scans, progressive = [b"\xff\xd8"], None, 0, False
    exif, xmp = b"", b""
    for number, (marker, segment, data) in enumerate(_segments(content)):
        if number > MAX_SEGMENTS:
            raise _too_many_parts()
        if marker == _APP1:
            exif = exif or (segment if segment.startswith(b"Exif\0\0") else b"")
            xmp = xmp or (segment if segment.startswith(_XMP_NAME) else b"")
        if marker in _FRAMES and size is None and len(segment) >= 5:
            size = int.from_bytes(segment[3:5]), int.from_bytes(segment[1:3])
            progressive = marker in _PROGRESSIVE
            check_size(*size)
        scans += marker == _SOS
        if scans > MAX_SCANS:
            raise PictureRejected("cost", f"a JPEG of more than {MAX_SCANS} scans")
        if not _is_metadata(marker, segment):
            kept.append(data)
    if size is None:
        raise _damaged()
    # Scans that follow one another are decoded at a fraction of the size (Pillow's `draft`);
    # those of a progressive picture lie on top of one another and are all kept in memory.
    large = progressive and size[0] * size[1] > LARGE_PIXELS
    return Container("JPEG", b"".join(kept), *size, large, exif, xmp)


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(marker, payload, all bytes) up to the end mark; of a scan with the data that follows it."""
    found = _MARKER.search(content, 2)
    while found is not None:
        marker, start, end = found[1][0], found.start(), found.end()
        if marker == _EOI:
            yield marker, b"", b"\xff\xd9"
            return
        payload = b""
        if marker not in (_SOI, _TEM):
            length = int.from_bytes(content[end : end + 2])
            if length < 2:
                raise _damaged()
            payload, end = content[end + 2 : end + length], end + length
        found = _MARKER.search(content, end)
        if marker == _SOS:
            end = len(content) if found is None else found.start()
        if marker not in (_SOI, _TEM):
            yield marker, payload, content[start:end]


def _is_metadata(marker: int, segment: bytes) -> bool:
    """All but what tells the decoder how colours are stored: JFIF's and Adobe's own segments."""
    if marker == _APP0:
        return not (segment.startswith(b"JFIF\0") and len(segment) >= 14)
    if marker == _APP14:
        return not (segment.startswith(b"Adobe") and len(segment) >= 12)
    return _APP1 <= marker <= _APP15 or marker == _COM


# --- PNG

_PIXEL_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_MOST_TEXT = 1 << 20
_TEXTS = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0", b"Raw profile type APP1\0")


def _png(content: bytes) -> Container:
    kept, size, exif, xmp = [content[:8]], None, b"", b""
    for number, (name, payload, data) in enumerate(_chunks(content)):
        if number > MAX_SEGMENTS:
            raise _too_many_parts()
        if name == b"IHDR" and size is None and len(payload) >= 8:
            size = int.from_bytes(payload[:4]), int.from_bytes(payload[4:8])
            check_size(*size)
        if name in _PIXEL_CHUNKS:
            kept.append(data)
        elif name == b"eXIf":
            exif = payload
        elif name in (b"tEXt", b"zTXt", b"iTXt") and payload.startswith(_TEXTS) and not xmp:
            xmp = _text(name, payload)
            exif = exif or _raw_profile(xmp)
    if size is None:
        raise _damaged()
    large = size[0] * size[1] > LARGE_PIXELS
    return Container("PNG", b"".join(kept), *size, large, exif, xmp)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(name, payload, all bytes) up to the end; the last may be cut off."""
    at, name = 8, b""
    while at + 8 <= len(content) and name != b"IEND":
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        payload = content[at + 8 : at + 8 + length]
        yield name, payload, content[at : at + 12 + length]
        at += 12 + length


def _text(name: bytes, payload: bytes) -> bytes:
    """What a text chunk says, unpacked, at most a megabyte of it."""
    body, packed = payload.partition(b"\0")[2], name == b"zTXt"
    if name == b"zTXt":
        body = body[1:]
    if name == b"iTXt":
        packed = body[:1] == b"\1"
        body = body[2:].partition(b"\0")[2].partition(b"\0")[2]
    if not packed:
        return body[:_MOST_TEXT]
    try:
        return zlib.decompressobj().decompress(body, _MOST_TEXT)
    except zlib.error:
        return b""


def _raw_profile(text: bytes) -> bytes:
    """ImageMagick's older way to store EXIF: its name, its length and its bytes in hexadecimal."""
    digits = b"".join(text.split(b"\n")[3:])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""


# --- WebP


def _webp(content: bytes) -> Container:
    size, exif, xmp = None, b"", b""
    for number, (name, payload) in enumerate(_riff(content)):
        if number > MAX_SEGMENTS:
            raise _too_many_parts()
        size = size or _webp_size(name, payload)
        exif = exif or (payload if name == b"EXIF" else b"")
        xmp = xmp or (payload if name == b"XMP " else b"")
    if size is None:
        raise _damaged()
    check_size(*size)
    return Container("WEBP", content, *size, size[0] * size[1] > LARGE_PIXELS, exif, xmp)


def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _webp_size(name: bytes, payload: bytes) -> tuple[int, int] | None:
    if name == b"VP8X" and len(payload) >= 10:
        width, height = payload[4:7], payload[7:10]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if name == b"VP8 " and len(payload) >= 10:
        sides = (int.from_bytes(each, "little") & 0x3FFF for each in (payload[6:8], payload[8:10]))
        return next(sides), next(sides)
    if name == b"VP8L" and len(payload) >= 5:
        bits = int.from_bytes(payload[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


# --- HEIC

_EXTENT = re.compile(rb"ispe\0\0\0\0(.{4})(.{4})", re.DOTALL)
_MOST_EXTENTS = 1000


def _heif(content: bytes) -> Container:
    """Its largest extent bounds the picture: the others are its tiles and thumbnails."""
    end = min(int.from_bytes(content[:4]), 256)
    brands = {content[at : at + 4] for at in (8, *range(16, end, 4))}
    if not brands & _HEIC:
        if brands & _AVIF:
            raise PictureRejected("kind", "an AVIF picture", "AVIF")
        if not brands & _HEIF:
            raise PictureRejected("kind", "a video or another container", None)
    extents = [
        (int.from_bytes(each[1]), int.from_bytes(each[2]))
        for each in islice(_EXTENT.finditer(content), _MOST_EXTENTS)
    ]
    if not extents:
        raise _damaged()
    width, height = max(extents, key=lambda sides: sides[0] * sides[1])
    check_size(width, height)
    return Container("HEIF", content, width, height, width * height > LARGE_PIXELS)
