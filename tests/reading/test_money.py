"""Sums in printed text."""

from decimal import Decimal

import pytest

from points_app.reading.money import find_money


def values(text):
    return [each.value for each in find_money(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("合计：128.50", "128.50"),
        ("￥１２８．５０", "128.50"),  # full-width, as Chinese tills print
        ("¥1,208.00", "1208.00"),
        ("RM 1.208,50", "1208.50"),
        ("12·50", "12.50"),  # a raised point
        ("-5.00", "-5.00"),
        ("-¥5.00", "-5.00"),
        ("¥-5.00", "-5.00"),
        ("1O.5O", "10.50"),  # the letter O between digits
        ("l2.50", "12.50"),  # the letter l before digits
        ("¥58", "58.00"),
        ("58元", "58.00"),
    ],
)
def test_a_sum_as_shops_print_it(text, value):
    assert values(text) == [Decimal(value)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05",
        "2026年1月5日",
        "12:30:45",
        "10%",
        "8.8折",
        "0.5kg",
        "A13",
        "#184",
        "卡号80001234567",
    ],
)
def test_what_is_not_a_sum(text):
    assert values(text) == []


def test_several_sums_of_a_row_come_left_to_right():
    assert values("单价 12.00 数量 2 金额 24.00") == [
        Decimal("12.00"),
        Decimal("2"),
        Decimal("24.00"),
    ]


def test_only_cents_and_currency_make_a_sum_certain():
    marks = {each.value: (each.exact, each.marked) for each in find_money("12.00 58元 7")}
    assert marks == {
        Decimal("12.00"): (True, True),
        Decimal("58"): (False, True),
        Decimal("7"): (False, False),
    }


def test_a_number_larger_than_any_receipt_is_none():
    assert values("9999999.00") == []
