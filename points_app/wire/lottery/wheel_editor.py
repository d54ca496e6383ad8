"""The wheel as merchants edit it."""

from typing_extensions import TypedDict

from points_app.models.lottery import Prize
from points_app.wire.lottery.wheel import WheelField, wheel_field


class ShopPrize(WheelField):
    """A prize with its limits."""

    daily_limit: int
    """How often it is given on a day of the shop; 0 is without limit."""
    total_limit: int
    """How often it is given in all; 0 is without limit."""
    stock: int
    """Pieces that are left; -1 is without limit."""


class ShopWheel(TypedDict):
    prizes: list[ShopPrize]
    """The prizes on the wheel, by angle."""
    version: str
    """Changes with everything that is shown, stock included; send it back with a change."""


def shop_prize(prize: Prize) -> ShopPrize:
    return {
        **wheel_field(prize),
        "daily_limit": prize.daily_limit,
        "total_limit": prize.total_limit,
        "stock": prize.stock,
    }
