"""The wheel as arithmetic: every point of the circle is tried."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest

from points_app.services.lottery.wheel import UNITS, Wheel


@dataclass(frozen=True)
class Prize:
    probability: Decimal
    is_activity: bool = False
    prize_type: str = "points"


def wheel(*probabilities: str, activity: bool = False) -> Wheel:
    return Wheel([Prize(Decimal(each), is_activity=activity) for each in probabilities])


def every_turn(wheel: Wheel, units: int = UNITS):
    return [wheel.turn(lambda _, point=point: point) for point in range(units)]


@pytest.mark.parametrize(
    "probabilities",
    [
        ("0.05", "0.20", "0.10", "0.15", "0.08", "0.25", "0.02", "0.15"),
        ("0.0001", "0.9999"),
        ("0.3333", "0.3333", "0.3334"),
        ("0", "1", "0"),
    ],
)
def test_every_point_of_the_circle_belongs_to_exactly_its_prize(probabilities):
    landed = Counter(turn.index for turn in every_turn(wheel(*probabilities)))
    assert landed == {
        index: int(Decimal(each) * UNITS)
        for index, each in enumerate(probabilities)
        if Decimal(each)
    }


def test_a_near_miss_is_within_two_hundredths_of_an_activity_prizes_border():
    near = [turn.is_near_miss for turn in every_turn(wheel("0.5", "0.5", activity=True))]
    assert all(near[:201]) and not any(near[201:4800]) and all(near[4800:5201])
    assert not any(turn.is_near_miss for turn in every_turn(wheel("0.5", "0.5")))


@pytest.mark.parametrize(
    ("probabilities", "is_open"),
    [
        ((), False),
        (("1",), True),
        (("0.999",), True),
        (("0.9989",), False),
        (("0.5", "0.501"), True),
        (("0.5", "0.5011"), False),
    ],
)
def test_open_when_the_probabilities_sum_to_one_within_a_thousandth(probabilities, is_open):
    assert wheel(*probabilities).is_open is is_open


def test_the_point_comes_from_the_systems_generator():
    turns = Counter(wheel("0.5", "0.5").turn().index for _ in range(400))
    assert 120 < turns[0] < 280  # eight standard deviations on either side
