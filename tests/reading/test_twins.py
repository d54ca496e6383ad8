"""Are two readings of one receipt?"""

from decimal import Decimal

import pytest

from points_app.reading import Printed, likeness, marks_of

MARKS = frozenset({"62345678", "3800", "1250", "8800", "202601051234"})


def slip(**facts):
    standard = {
        "amount": Decimal("88.00"),
        "merchant": "渝州老灶",
        "number": "202601051234",
        "moment": "2026-01-05T12:30:00",
        "marks": MARKS,
    }
    return Printed(**{**standard, **facts})


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, "same_facts"),
        ({"number": None, "marks": frozenset()}, "same_facts"),
        ({"moment": "2026-01-05T12:30"}, "same_facts"),  # seconds not legible
        ({"moment": "2026-01-05"}, "same_number"),
        ({"amount": Decimal("86.00"), "moment": "2026-01-05"}, "same_number"),
        ({"number": None, "moment": None}, "same_print"),
        ({"number": "202601051284", "moment": "2026-01-05T12:80"}, "same_print"),
        ({"amount": Decimal("38.00"), "number": None}, "same_print"),  # of the same minute
        ({"number": "7", "moment": "2026-01-06T12:30", "marks": frozenset()}, None),
        ({"amount": Decimal("91.00"), "moment": "2026-02-05T12:31"}, None),  # a repeated number
        ({"number": None, "moment": "2026-01-07T19:30"}, None),  # the usual lunch, another day
    ],
)
def test_likeness(facts, found):
    assert likeness(slip(), slip(**facts)) == found
    assert likeness(slip(**facts), slip()) == found


@pytest.mark.parametrize(("merchant", "found"), [("渝州老灶", "same_sum"), ("北街面馆", None)])
def test_two_undated_sums_of_one_shop(merchant, found):
    undated = {"moment": None, "number": None, "marks": frozenset()}
    assert likeness(slip(**undated), slip(**undated, merchant=merchant)) == found


def test_numbers_are_compared_without_points():
    assert marks_of(["￥1,208.00  米饭 2", "电话：62345678"]) == {"120800", "62345678"}
