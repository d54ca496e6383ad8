"""Are two readings of one receipt?"""

from decimal import Decimal

import pytest

from points_app.reading.twins import Printed, distinct, likeness, marks_of

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


SCREEN = {"marks": frozenset({"2026", "8800", "95188"}), "number": None}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        # A copy: the same print, or one misread or painted digit.
        ({}, {}, False),
        ({}, {"amount": Decimal("188.00")}, False),
        ({}, {"moment": "2026-01-05T12:38"}, False),
        ({}, {"number": "202601051236"}, False),
        ({}, {"amount": None, "number": None, "moment": None, "marks": frozenset()}, False),
        # The next bill of one till, with the same dishes.
        (
            {},
            {"moment": "2026-01-05T12:37", "number": "202601051235", "marks": MARKS | {"6"}},
            False,  # the first number stands on the second too: another line was taken for it
        ),
        (
            {},
            {
                "moment": "2026-01-05T12:37",
                "number": "202601051235",
                "marks": MARKS - {"202601051234"} | {"202601051235"},
            },
            True,
        ),
        # Screens of one app.
        (SCREEN, {**SCREEN, "amount": Decimal("52.50"), "moment": "2026-01-06T18:00"}, True),
        (SCREEN, {**SCREEN, "moment": "2026-01-05T18:00"}, True),  # the same sum again
        (
            {**SCREEN, "moment": None},
            {**SCREEN, "moment": None, "amount": Decimal("52.50"), "marks": frozenset({"5250"})},
            True,
        ),
        (SCREEN, SCREEN, False),
    ],
)
def test_what_is_printed_tells_look_alikes_apart(one, other, apart):
    assert distinct(slip(**one), slip(**other)) is apart
    assert distinct(slip(**other), slip(**one)) is apart


def test_slips_that_are_distinct_are_alike_in_nothing():
    later = {
        "moment": "2026-01-05T12:37",
        "number": "202601051235",
        "marks": MARKS - {"202601051234"} | {"202601051235"},
    }
    assert likeness(slip(), slip(**later)) is None


def test_undated_screens_of_one_sum_are_told_apart_by_their_numbers():
    undated = {"moment": None, "marks": frozenset()}
    assert likeness(slip(**undated), slip(**undated, number="4200002961202611")) is None
