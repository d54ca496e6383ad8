"""The receipt's own arithmetic."""

from decimal import Decimal

import pytest

from points_app.reading.checks import cross_checks
from points_app.reading.entries import find_entries
from tests.reading.print import printed


def passed(*lines):
    checks = cross_checks(find_entries(printed(*lines)))
    return {check.name: check.value for check in checks if check.passed}


@pytest.mark.parametrize(
    ("lines", "name", "value"),
    [
        (["合计  48.50", "现金  50.00", "找零  1.50"], "cash-change", "48.50"),
        (["合计  48.50", "实收  50.00", "找零  1.50"], "cash-change", "48.50"),
        (["小计  50.00", "优惠  -5.00", "实付  45.00"], "built-up", "45.00"),
        (["小计  50.00", "优惠  5.00", "实付  45.00"], "built-up", "45.00"),
        (["Subtotal  50.00", "Tax  3.00", "Total  53.00"], "built-up", "53.00"),
        (["小计  100.00", "服务费  10.00", "抹零  -0.50", "合计  109.50"], "built-up", "109.50"),
        (["合计  48.52", "应收  48.50"], "rounded-off", "48.50"),
        (["红烧肉  38.00", "米饭  4.00", "合计  42.00"], "lines", "42.00"),
        (["红烧肉  38.00", "米饭  4.00", "配送费  3.00", "合计  45.00"], "lines", "45.00"),
    ],
)
def test_what_agrees(lines, name, value):
    assert passed(*lines)[name] == Decimal(value)


@pytest.mark.parametrize(
    "lines",
    [
        ["合计  48.50", "现金  50.00", "找零  1.00"],
        ["合计  48.50", "现金  48.50", "找零  0.00"],  # no change proves nothing
        ["合计  48.52", "应收  47.00"],
        ["红烧肉  38.00", "合计  38.00"],  # one line proves nothing
        ["合计  150", "实收  100"],  # guessed points only look rounded
    ],
)
def test_what_does_not(lines):
    assert passed(*lines) == {}
