"""What a header claims is checked before anything is decoded."""

import io

import pytest
from PIL import Image

from points_app.reading.containers import MAX_SIDE, PictureRejected, look_into
from points_app.reading.pictures import normalise
from tests.reading.containers import (
    WITH,
    chunk,
    jpeg_with,
    jpeg_with_scans,
    marked,
    png_claiming,
    saved,
)


def refusal(content, act=look_into):
    with pytest.raises(PictureRejected) as caught:
        act(content)
    return caught.value


@pytest.mark.parametrize("kind", WITH)
def test_every_kind_tells_its_size(kind):
    found = look_into(WITH[kind](image=marked((120, 90))))
    assert (found.width, found.height, found.is_large) == (120, 90, False)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (saved(marked(), "GIF"), "GIF"),
        (saved(marked(), "BMP"), "BMP"),
        (saved(marked(), "TIFF"), "TIFF"),
        (saved(marked(), "AVIF"), "AVIF"),
        (saved(marked(), "JPEG2000"), "JPEG 2000"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\x0a\x00", "JPEG XL"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_other_kinds_are_named(content, kind):
    found = refusal(content)
    assert (found.reason, found.kind) == ("kind", kind)


@pytest.mark.parametrize("sides", [(8160, 6144), (6144, 8160), (MAX_SIDE, 1600), (7250, 7200)])
def test_fifty_megapixels_as_telephones_count_them(sides):
    assert look_into(png_claiming(*sides)).is_large


@pytest.mark.parametrize(
    "sides",
    [(1, 50_000_000), (50_000_000, 1), (MAX_SIDE + 1, 1), (9000, 6000), (2**31 - 1, 2**31 - 1)],
)
def test_too_many_pixels_or_too_long_a_side(sides):
    assert refusal(png_claiming(*sides)).reason == "size"


def test_the_size_is_refused_in_every_kind():
    wide = saved(marked((16_000, 40)), "WEBP")
    canvas = bytearray(saved(Image.new("RGBA", (30, 40), (0, 0, 0, 9)), "WEBP", exif=b"x"))
    canvas[24:30] = b"\xff" * 6
    heic = WITH["HEIC"](image=marked((64, 64)))
    extent = heic.index(b"ispe") + 8
    frame = WITH["JPEG"]()
    sides = frame.index(b"\xff\xc0") + 5
    assert look_into(wide).width == 16_000
    for content in (
        bytes(canvas),
        heic[:extent] + b"\0\0\x7f\xff" * 2 + heic[extent + 8 :],
        frame[:sides] + b"\xff" * 4 + frame[sides + 4 :],
    ):
        assert refusal(content).reason == "size"


def test_a_jpeg_of_too_many_scans_is_not_begun():
    ordinary = saved(marked((600, 800)), "JPEG", progressive=True)
    normalise(ordinary)
    normalise(jpeg_with_scans(64))
    assert refusal(jpeg_with_scans(65)).reason == "cost"
    assert refusal(jpeg_with_scans(600)).reason == "cost"


def test_scans_of_a_thumbnail_are_not_the_pictures():
    """EXIF may hold a whole JPEG; what follows the end is another picture, a telephone's extra."""
    inner = jpeg_with_scans(90, (16, 16))
    content = jpeg_with(b"II*\0" + bytes(4) + inner) + jpeg_with_scans(90)
    assert normalise(content).width == 60


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff\xfe\x00\x02" * 100_000 + b"\xff\xd9",
        png_claiming(9, 9)[:33] + chunk(b"tEXt", b"") * 30_000,
        b"RIFF\0\0\0\0WEBP" + b"JUNK\0\0\0\0" * 30_000,
    ],
    ids=["JPEG", "PNG", "WebP"],
)
def test_files_of_endless_parts(content):
    assert refusal(content).reason == "cost"


@pytest.mark.parametrize("filling", [b"\xff", b"\xff\x00", b"\xff\xd0", b"ispe\0\0\0\0" + bytes(8)])
def test_ten_megabytes_of_markers_are_walked_through_once(filling):
    """Looking is linear in the file's length, or this would not end."""
    body = filling * (10_000_000 // len(filling))
    for content in (b"\xff\xd8\xff\xda\0\2" + body, b"\0\0\0\x18ftypheic" + bytes(12) + body):
        assert refusal(content).reason == "damaged"


@pytest.mark.parametrize("kind", WITH)
def test_a_file_that_is_cut_off_is_damaged(kind):
    image = Image.effect_noise((300, 400), 60).convert("RGB")
    content = WITH[kind](image=image)
    assert refusal(content[: len(content) * 2 // 3], normalise).reason == "damaged"
    assert refusal(content[:20], normalise).reason == "damaged"


def test_only_pixels_reach_the_decoder():
    """Comments, profiles, EXIF and what follows the end do not; colours are kept as they are."""
    odd = b"\xff\xed\x00\x06junk" + b"\xff\xee\x00\x07Adobe" + b"\xff\xfe\x00\x06junk"
    plain = jpeg_with(b"junk", b"junk")
    found = look_into(plain[:2] + odd + plain[2:] + b"junk")
    assert b"junk" not in found.content and b"JFIF" in found.content
    print4 = saved(marked().convert("CMYK"), "JPEG")
    assert b"Adobe" in look_into(print4).content
    with Image.open(io.BytesIO(look_into(print4).content)) as image:
        assert image.convert("RGB").getpixel((3, 3)) == (0, 0, 0)
