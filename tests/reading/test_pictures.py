"""An uploaded file becomes one plain JPEG, or is refused."""

import io

import pillow_heif
import pytest
from PIL import Image

from points_app.reading.containers import PictureRejected
from points_app.reading.fingerprint import hash_distance
from points_app.reading.pictures import normalise, shows_nothing
from tests.reading.modes import every_mode

ORIENTATION = 0x0112


def half_black(size=(400, 600)):
    """Black above, white below: its turn can be seen."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0], size[1] // 2))
    return image


def saved(image, kind="JPEG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_of_the_web(kind):
    picture = normalise(saved(half_black(), kind))
    assert (picture.width, picture.height) == (400, 600)
    assert picture.image().format is None and picture.jpeg[:2] == b"\xff\xd8"


def test_a_telephones_heic():
    heif = pillow_heif.from_pillow(half_black())
    buffer = io.BytesIO()
    heif.save(buffer, quality=90)
    assert (normalise(buffer.getvalue()).width, normalise(buffer.getvalue()).height) == (400, 600)


def test_the_camera_s_turn_is_applied_and_its_notes_are_gone():
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    exif[0x010E] = "home address"
    picture = normalise(saved(half_black(), exif=exif))
    assert picture.image().getpixel((200, 50))[0] > 200  # the white half is above now
    assert (
        b"home address" not in picture.jpeg and not Image.open(io.BytesIO(picture.jpeg)).getexif()
    )


@pytest.mark.parametrize(
    ("size", "kept"),
    [((3000, 4000), (1500, 2000)), ((900, 1200), (900, 1200)), ((1600, 12000), (800, 6000))],
)
def test_large_pictures_shrink_and_long_slips_stay_legible(size, kept):
    picture = normalise(saved(half_black(size)))
    assert (picture.width, picture.height) == kept


def test_transparency_becomes_paper():
    picture = normalise(saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert picture.image().getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_fifty_megapixels_are_taken(kind):
    """48 for HEIC, as telephones make them; encoding more takes longer than decoding it."""
    size = (8160, 6144) if kind != "HEIF" else (8064, 6048)
    picture = normalise(saved(half_black(size), kind))
    assert (picture.width, picture.height) == (2000, round(2000 * size[1] / size[0]))
    assert picture.image().getpixel((1000, 100)) == (0, 0, 0)
    assert picture.image().getpixel((1000, 1400)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16"])
def test_large_ones_of_every_mode_are_reduced_as_they_are(mode):
    """In bands: the seams between them do not show."""
    picture = normalise(saved(_steps((6100, 4700), mode), "PNG"))
    assert (picture.width, picture.height) == (2000, 1541)
    greys = [picture.image().getpixel((1000, y))[0] for y in range(20, 1541, 48)]
    assert greys == sorted(greys) and greys[0] < 20 and greys[-1] > 235


def _steps(size, mode):
    """From black above to white below."""
    grey = Image.linear_gradient("L").resize(size)
    if mode == "I;16":
        wide = bytearray(2 * size[0] * size[1])
        wide[1::2] = grey.tobytes()
        return Image.frombytes("I;16", size, bytes(wide))
    if mode == "RGBA":
        clear = grey.point([255 - each for each in range(256)])
        return Image.merge("RGBA", (Image.new("L", size),) * 3 + (clear,))
    return grey.convert(mode)


@pytest.mark.parametrize("name", every_mode())
def test_print_is_black_on_white_in_every_mode(name):
    image = normalise(every_mode()[name]).image()
    ink, paper = image.getpixel((30, 40))[0], image.getpixel((90, 120))[0]
    if name.startswith("white ink"):
        assert ink > 235 and paper < 20
    else:
        assert ink < 20 and paper > 235


@pytest.mark.parametrize(
    "blank",
    [
        Image.new("L", (60, 80), 255),
        Image.new("RGB", (60, 80), (200, 30, 40)),
        Image.new("RGBA", (60, 80), (0, 0, 0, 0)),
        Image.new("1", (60, 80)),
        Image.new("I;16", (60, 80), 40_000),
        Image.effect_noise((600, 800), 2),
    ],
)
def test_a_picture_that_shows_nothing_is_known_by_its_file_alone(blank):
    one, other = saved(blank, "PNG"), saved(blank, "PNG", compress_level=0)
    first, second = normalise(one), normalise(other)
    assert first.jpeg == second.jpeg and shows_nothing(first.image())
    assert first.pixel_sha256 != second.pixel_sha256
    assert hash_distance(first.perceptual_hash, second.perceptual_hash) > 16
    assert normalise(one) == first


def test_a_little_print_is_enough_to_be_known_by():
    slip = Image.new("RGB", (600, 800), "white")
    slip.paste((90, 90, 90), (300, 400, 312, 409))
    one, other = saved(slip, "PNG"), saved(slip, "PNG", compress_level=0)
    assert not shows_nothing(slip)
    assert normalise(one).pixel_sha256 == normalise(other).pixel_sha256


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"GIF89a" + bytes(100),
        saved(half_black())[:2000],  # cut off
        saved(Image.new("1", (9000, 9000)), "PNG"),  # 81 megapixels in a few kilobytes
    ],
)
def test_what_is_refused(content):
    with pytest.raises(PictureRejected):
        normalise(content)


def test_a_resaved_copy_has_another_file_and_nearly_the_same_hash():
    photo = Image.effect_mandelbrot((400, 600), (-2, -1.5, 1, 1.5), 50).convert("RGB")
    one, other = normalise(saved(photo, quality=95)), normalise(saved(photo, quality=50))
    assert one.pixel_sha256 != other.pixel_sha256
    assert hash_distance(one.perceptual_hash, other.perceptual_hash) <= 16
    another = normalise(saved(half_black()))
    assert hash_distance(one.perceptual_hash, another.perceptual_hash) > 60


def test_the_same_pixels_in_other_containers_have_one_hash():
    assert (
        normalise(saved(half_black(), "PNG")).pixel_sha256
        == normalise(saved(half_black(), "WEBP", lossless=True)).pixel_sha256
    )
