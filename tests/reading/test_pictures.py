"""An uploaded file becomes one plain JPEG, or is refused."""

import io

import pillow_heif
import pytest
from PIL import Image

from points_app.reading import PictureRejected, normalise
from points_app.reading.fingerprint import hash_distance

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
