"""Lines become sums with what they are."""

from decimal import Decimal

import pytest

from points_app.reading.entries import find_entries
from points_app.reading.labels import Role
from tests.reading.print import printed, words


def entries(*lines):
    return [(str(each.value), each.role) for each in find_entries(printed(*lines))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["合计  48.50"], [("48.50", Role.TOTAL)]),
        (["应付金额", "¥242.10"], [("242.10", Role.PAID)]),  # the sum below its name
        (["合计：48.50  找零：1.50"], [("48.50", Role.TOTAL), ("1.50", Role.CHANGE)]),
        (["红烧肉  1  38.00"], [("38.00", None)]),  # a bare count is no sum
        (["合计  3  48"], [("48.00", Role.TOTAL)]),  # of bare numbers the last beside its label
        (["Visa  -48.50"], [("48.50", Role.CARD)]),  # a card payment booked with a minus
        (["优惠  -5.00"], [("-5.00", Role.DISCOUNT)]),
    ],
)
def test_the_words_before_a_sum_say_what_it_is(lines, expected):
    assert entries(*lines) == expected


def test_a_total_over_several_columns_is_a_row_of_a_table():
    assert entries("Total  12.00  0.72  12.72") == [
        ("12.00", Role.SUBTOTAL),
        ("0.72", Role.SUBTOTAL),
        ("12.72", Role.SUBTOTAL),
    ]


def test_the_table_of_tax_rates_is_left_out():
    lines = ("Total  12.72", "GST Summary  Amount  Tax", "Total  12.00  0.72")
    assert entries(*lines) == [("12.72", Role.TOTAL)]


def test_a_lost_decimal_point_is_guessed_and_marked():
    found = find_entries(printed("合计  4850"))
    assert [(each.value, each.faint) for each in found] == [
        (Decimal("48.50"), True),
        (Decimal("4850.00"), False),
    ]


def test_on_a_payment_screen_the_largest_sum_is_what_was_paid():
    screen = words("渝州老灶", "-58.00", "当前状态  支付成功", "支付时间  2026-01-05 12:30")
    large = [
        word if word.text != "-58.00" else type(word)(word.text, word.box.scaled(2), 0.99)
        for word in screen
    ]
    from points_app.reading.lines import group_lines

    found = find_entries(group_lines(large))
    assert [(str(each.value), each.role) for each in found] == [("58.00", Role.PAID)]
