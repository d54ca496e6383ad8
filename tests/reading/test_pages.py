"""Turned pages, long slips, dim ones: what is done before a page is understood."""

import pytest
from PIL import Image, ImageDraw

from points_app.reading.geometry import Box, Word
from points_app.reading.pages import read_words, upright_page


class Paper:
    """An engine for one marked page: reads upright print well, turned print as engines do."""

    models = ("tiny",)

    def __init__(self, upright_size):
        self.upright_size = upright_size
        self.seen = []

    def words(self, image, model=None):
        self.seen.append(image.size)
        standing = image.size == self.upright_size
        # The dark corner is the upper left one of the page. Print that lies to the right is read as
        # well as upright print, print that lies to the left or upside down is not.
        corner = (5, 5) if standing else (image.width - 5, 5)
        clear = 0.98 if image.getpixel(corner)[0] < 128 else 0.6
        wide, tall = (90, 20) if standing else (20, 90)
        return [
            Word("合计金额", Box(10, y, 10 + wide, y + tall), clear) for y in range(0, 400, 100)
        ]


def page(turn):
    image = Image.new("RGB", (500, 900), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 30, 30), fill="black")
    return image.rotate(turn, expand=True)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_any_page_is_turned_upright(turn):
    engine = Paper((500, 900))
    upright = upright_page(page(turn), engine)
    assert upright.image.size == (500, 900)
    assert upright.image.getpixel((5, 5))[0] < 128
    assert len(engine.seen) <= 2


def test_boxes_are_put_back_where_they_were_on_the_picture():
    upright = upright_page(page(180), Paper((500, 900)))
    assert upright.on_original(Box(0, 0, 30, 30)) == Box(470, 870, 500, 900)


def test_a_long_slip_is_read_in_overlapping_pieces():
    engine = Paper((500, 1000))
    read_words(Image.new("RGB", (500, 3000), "white"), engine)
    assert len(engine.seen) > 2
    assert all(height <= 1000 for _, height in engine.seen)


def test_print_in_the_overlap_is_kept_once():
    class Ruler(Paper):
        """Prints one word every 200 pixels of the slip, seen by whoever has it whole."""

        def words(self, image, model=None):
            return [
                Word(f"{top}", Box(10, y, 60, y + 20), 0.9)
                for y in range(image.height - 20)
                if (top := image.getpixel((0, y))[0]) and image.getpixel((1, y))[0] == 0
            ]

    slip = Image.new("RGB", (500, 3000), "white")
    for number, top in enumerate(range(100, 3000, 200), start=1):
        slip.putpixel((0, top), (number, number, number))
        slip.putpixel((1, top), (0, 0, 0))
    found = read_words(slip, Ruler((500, 1000)))
    assert sorted(int(word.text) for word in found) == list(range(1, 16))
