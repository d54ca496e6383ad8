"""Builds picture files whose metadata is what a test wants, however odd."""

import io
import struct
import zlib
from random import Random

import pillow_heif
from PIL import Image

Entry = tuple[int, int, int, bytes]
ORIENTATION = 0x0112
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
ODD_TAGS = (
    0x0100, 0x0102, 0x0103, 0x0106, 0x010F, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x0201,
    0x0202, 0x0213, 0x0214, 0x8298, 0x8769, 0x8825, 0xA005, 0xB000, 0xB001, 0xB002, 0x02BC,
)  # fmt: skip


def marked(size: tuple[int, int] = (60, 80)) -> Image.Image:
    """A black mark in the upper left corner of a white picture: its turn can be seen."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0] // 3, size[1] // 8))
    return image


def corner(image: Image.Image) -> str:
    """Where the mark is now, and whether the picture lies."""
    places = {"upper left": (3, 3), "upper right": (-3, 3), "lower left": (3, -3)}
    places["lower right"] = (-3, -3)
    width, height = image.size
    for name, (x, y) in places.items():
        if image.getpixel((x % width, y % height))[0] < 90:
            return f"{name}, {'lying' if width > height else 'standing'}"
    return "nowhere"


CORNERS = {
    1: "upper left, standing", 2: "upper right, standing", 3: "lower right, standing",
    4: "lower left, standing", 5: "upper left, lying", 6: "upper right, lying",
    7: "lower right, lying", 8: "lower left, lying",
}  # fmt: skip


def tiff(entries: list[Entry], order: str = "<", after: bytes = b"") -> bytes:
    """A TIFF block of one directory; an entry is (tag, type, count, four bytes of value)."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(order + "L", 8) + struct.pack(order + "H", len(entries))
    body = b"".join(
        struct.pack(order + "HHL", tag, kind, count) + value for tag, kind, count, value in entries
    )
    return head + body + bytes(4) + after


def turned(orientation: int, order: str = "<", kind: int = 3) -> Entry:
    """The entry that says how the camera was held."""
    form = {1: "B3x", 3: "H2x", 4: "L", 6: "b3x", 8: "h2x", 9: "l"}[kind]
    return ORIENTATION, kind, 1, struct.pack(order + form, orientation)


def odd_block(chance: Random, orientation: int) -> bytes:
    """EXIF as broken software writes it: any tags, types, counts and offsets around a sound
    Orientation."""
    order = chance.choice("<>")
    entries = [
        (
            chance.choice(ODD_TAGS) if chance.random() < 0.8 else chance.randrange(0x8000),
            chance.randrange(16),
            chance.choice((0, 1, 1, 2, 3, 100, 70_000, 0xFFFFFFFF)),
            chance.randbytes(4) if chance.random() < 0.7 else struct.pack(order + "L", 8),
        )
        for _ in range(chance.randrange(1, 12))
    ]
    entries = [each for each in entries if each[0] != ORIENTATION]
    entries.insert(chance.randrange(len(entries) + 1), turned(orientation, order))
    return tiff(entries, order, chance.randbytes(chance.randrange(40)))


def jpeg_with(exif: bytes = b"", xmp: bytes = b"", image: Image.Image | None = None) -> bytes:
    plain = saved(image or marked(), "JPEG")
    parts = [b"Exif\0\0" + exif] if exif else []
    parts += [b"http://ns.adobe.com/xap/1.0/\0" + xmp] if xmp else []
    segments = (b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)
    return plain[:2] + b"".join(segments) + plain[2:]


def png_with(exif: bytes = b"", xmp: bytes = b"", image: Image.Image | None = None) -> bytes:
    plain = saved(image or marked(), "PNG")
    chunks = chunk(b"eXIf", exif) if exif else b""
    chunks += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) if xmp else b""
    return plain[:33] + chunks + plain[33:]


def webp_with(exif: bytes = b"", xmp: bytes = b"", image: Image.Image | None = None) -> bytes:
    return saved(image or marked(), "WEBP", exif=exif, xmp=xmp, lossless=True)


def heic_with(exif: bytes = b"", xmp: bytes = b"", image: Image.Image | None = None) -> bytes:
    """Written by libheif; how it is turned stands in the container, as telephones write it."""
    heif = pillow_heif.from_pillow(image or marked())
    heif.info.update(exif=exif or None, xmp=xmp or None)
    buffer = io.BytesIO()
    heif.save(buffer, quality=90)
    return buffer.getvalue()


WITH = {"JPEG": jpeg_with, "PNG": png_with, "WebP": webp_with, "HEIC": heic_with}


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    mark = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + mark


def png_claiming(width: int, height: int, depth: int = 8, colours: int = 2) -> bytes:
    """A PNG whose header claims so much; what it holds is one white line."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(b"\0" + b"\xff" * 100)) + chunk(b"IEND", b"")


def jpeg_with_scans(scans: int, size: tuple[int, int] = (600, 800)) -> bytes:
    """A progressive JPEG whose last scan is repeated until it has so many."""
    plain = saved(Image.new("RGB", size, (200, 180, 160)), "JPEG", progressive=True, quality=50)
    last, end = plain.rindex(b"\xff\xda"), len(plain) - 2
    missing = scans - plain.count(b"\xff\xda")
    return plain[:end] + plain[last:end] * missing + plain[end:]
