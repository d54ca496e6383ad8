"""How the camera was held is found in whatever the metadata is, and nothing else of it matters."""

import struct
import zlib
from pathlib import Path
from random import Random

import pytest

from points_app.reading.containers import PictureRejected
from points_app.reading.pictures import normalise
from tests.reading.containers import (
    CORNERS,
    ORIENTATION,
    WITH,
    chunk,
    corner,
    jpeg_with,
    marked,
    odd_block,
    png_with,
    saved,
    tiff,
    turned,
)

FAULTS = Path(__file__).parents[1] / "faults"


def shown(content):
    return corner(normalise(content).image())


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("exif_xres_srational_minus1.jpg", (410, 426)),  # stored lying, held upright
        ("exif_bits_long_70000.png", (300, 300)),
        ("exif_ycbcrpos_ascii.jpg", (410, 426)),
    ],
)
def test_files_that_once_failed(name, size):
    picture = normalise((FAULTS / name).read_bytes())
    assert (picture.width, picture.height) == size


@pytest.mark.parametrize("kind", WITH)
def test_odd_tags_of_every_kind_hide_no_orientation(kind):
    """EXIF made up by chance: types that do not exist, counts of four billion, offsets anywhere."""
    for seed in range(300 if kind != "HEIC" else 24):
        chance = Random(f"{kind} {seed}")
        held = chance.randrange(1, 9)
        content = WITH[kind](odd_block(chance, held))
        assert shown(content) == CORNERS[held], seed


@pytest.mark.parametrize("kind", WITH)
def test_files_broken_anywhere_are_taken_or_refused(kind):
    for seed in range(150 if kind != "HEIC" else 40):
        chance = Random(f"broken {kind} {seed}")
        content = bytearray(WITH[kind](odd_block(chance, 6), b'<x tiff:Orientation="3"/>'))
        for _ in range(chance.randrange(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            normalise(bytes(content[: chance.randrange(1, 2 * len(content))]))
        except PictureRejected as refusal:
            assert refusal.reason in ("kind", "size", "damaged", "cost")


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [1, 3, 4, 6, 8, 9])
def test_whole_numbers_of_any_type(order, kind):
    for held in range(1, 9):
        assert shown(jpeg_with(tiff([turned(held, order, kind)], order))) == CORNERS[held]


@pytest.mark.parametrize(
    ("kind", "count", "value", "after"),
    [
        (2, 2, b"6\0\0\0", b""),
        (3, 2, struct.pack("<HH", 6, 1), b""),
        (3, 3, struct.pack("<L", 26), struct.pack("<HHH", 6, 6, 6)),
        (5, 1, struct.pack("<L", 26), struct.pack("<LL", 6, 1)),
        (11, 1, struct.pack("<f", 6.0), b""),
    ],
    ids=["text", "two numbers", "numbers elsewhere", "a fraction", "a float"],
)
def test_other_ways_to_say_six(kind, count, value, after):
    block = tiff([(ORIENTATION, kind, count, value)], after=after)
    assert shown(jpeg_with(block)) == shown(png_with(block)) == CORNERS[6]


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II*\0",
        b"II*\0" + struct.pack("<L", 0xFFFFFFF0),
        b"II*\0" + struct.pack("<LH", 8, 0xFFFF),
        b"XX" + bytes(40),
        tiff([turned(0)]),
        tiff([turned(9)]),
        tiff([(ORIENTATION, 11, 1, struct.pack("<f", float("nan")))]),
        tiff([(ORIENTATION, 11, 1, struct.pack("<f", float("inf")))]),
        tiff([(ORIENTATION, 5, 1, struct.pack("<L", 26))], after=struct.pack("<LL", 6, 0)),
        tiff([(ORIENTATION, 3, 0xFFFFFFFF, struct.pack("<L", 0xFFFFFFFE))]),
        tiff([(ORIENTATION, 3, 0, bytes(4))]),
    ],
)
def test_what_says_nothing_leaves_the_word_to_xmp(block):
    assert shown(jpeg_with(block)) == CORNERS[1]
    assert shown(jpeg_with(block, b'<rdf tiff:Orientation="8"/>')) == CORNERS[8]


@pytest.mark.parametrize(
    "packet",
    [
        b'<x tiff:Orientation="6"/>',
        b"<x tiff:Orientation = '6'/>",
        b"<tiff:Orientation>6</tiff:Orientation>",
        "<tiff:Orientation> 6 </tiff:Orientation>".encode("utf-16"),
        b'\xff\xfe broken \x00 <x tiff:Orientation="6"',
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_xmp_tells_it_where_exif_does_not(kind, packet):
    assert shown(WITH[kind](b"", packet)) == CORNERS[6]
    assert shown(WITH[kind](tiff([turned(3)]), packet)) == CORNERS[3]  # EXIF goes first


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt"])
def test_the_old_way_of_png(name):
    text = b"\nexif\n%8d\n%s\n" % (6, tiff([turned(6)]).hex().encode())
    body = b"\0" + zlib.compress(text) if name == b"zTXt" else text
    plain = saved(marked(), "PNG")
    profile = chunk(name, b"Raw profile type exif\0" + body)
    assert shown(plain[:33] + profile + plain[33:]) == CORNERS[6]
    broken = chunk(b"zTXt", b"Raw profile type exif\0\0 no zlib")
    assert shown(plain[:33] + broken + plain[33:]) == CORNERS[1]
