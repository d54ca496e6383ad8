"""The wheel as guests see it, and as merchants edit it."""

from decimal import Decimal
from typing import Annotated, Protocol

from typing_extensions import TypedDict

from points_app.models.lottery import PrizeType
from points_app.wire.formats import number
from points_app.wire.values import one_of


class WheelField(TypedDict):
    id: int
    """The prize's number; draws call it `prize_id`."""
    name: str
    """The prize's name."""
    type: Annotated[str, one_of(*PrizeType)]
    """What kind of prize it is; `empty` is none."""
    value: float
    """Points for the type `points`; for the others the number the shop set."""
    angle: int
    """Where it stands on the wheel, in degrees from 0 to 359."""
    color: str
    """Its colour on the wheel, `#RRGGBB`."""
    probability: float
    """The chance of one turn, from 0 to 1, with four decimals."""
    is_activity: bool
    """Whether a turn can miss it narrowly, see `is_near_miss`."""


class Wheel(TypedDict):
    cost_points: int
    """Points for one turn."""
    prizes: list[WheelField]
    """The prizes on the wheel, by angle."""
    daily_limit: int
    """Turns a guest has on a day of the shop; 0 is without limit."""
    rules: str
    """The rules for guests to read."""


class PrizeRow(Protocol):
    """A prize as the ORM gives it, or as the wheel remembers it."""

    @property
    def prize_id(self) -> int: ...
    @property
    def prize_name(self) -> str: ...
    @property
    def prize_type(self) -> str: ...
    @property
    def prize_value(self) -> Decimal: ...
    @property
    def angle(self) -> int: ...
    @property
    def color(self) -> str: ...
    @property
    def probability(self) -> Decimal: ...
    @property
    def is_activity(self) -> bool: ...


def wheel_field(prize: PrizeRow) -> WheelField:
    return {
        "id": prize.prize_id,
        "name": prize.prize_name,
        "type": prize.prize_type,
        "value": number(prize.prize_value),
        "angle": prize.angle,
        "color": prize.color,
        "probability": number(prize.probability),
        "is_activity": bool(prize.is_activity),
    }
