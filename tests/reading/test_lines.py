"""Words become printed lines."""

import pytest

from points_app.reading.lines import group_lines, likely_tilts
from tests.reading.print import words

SLIP = ("红烧肉  1  38.00", "米饭  2  4.00", "可乐  1  6.50", "合计  48.50", "谢谢惠顾")


@pytest.mark.parametrize("tilt", [0.0, 0.02, -0.04, 0.1, -0.12])
def test_a_page_askew_gives_the_same_lines(tilt):
    lines = group_lines(words(*SLIP, tilt=tilt), tilt)
    assert [line.text.split() for line in lines] == [line.split() for line in SLIP]


def test_the_slope_is_found():
    assert likely_tilts(words(*SLIP))[0] == pytest.approx(0, abs=0.011)
    assert any(abs(each - 0.06) < 0.02 for each in likely_tilts(words(*SLIP, tilt=0.06)))


def test_nothing_printed():
    assert group_lines([]) == []
