"""The wheel."""

from points_app.errors import (
    DailyDrawsUsed,
    InsufficientPoints,
    LotteryClosed,
    LotteryConfigFailure,
    LotteryFailure,
    TooManyDraws,
)
from points_app.http import limits
from points_app.http.api import Access, Area
from points_app.http.schemas import DrawRequest
from points_app.services import lottery
from points_app.services.sessions import Caller
from points_app.wire import lottery as wire

area = Area("lottery", "/api/lottery", failure=LotteryFailure)


@area.endpoint("GET", "/config", Access.GUEST, wire.Wheel, failure=LotteryConfigFailure)
def config() -> wire.Wheel:
    """The wheel: its prizes by angle, and what a turn costs."""
    return lottery.config()


@area.endpoint(
    "POST",
    "/draw",
    Access.GUEST,
    wire.DrawAnswer,
    body=DrawRequest,
    raises=(InsufficientPoints, LotteryClosed, DailyDrawsUsed, TooManyDraws),
    limit=limits.DRAWS,
    keyed=True,
)
def draw(caller: Caller, body: DrawRequest) -> wire.DrawAnswer:
    """Turn the wheel 1, 3, 5 or 10 times for points."""
    return lottery.draw(caller.user_id, lottery.draw_type(body.draw_type, body.count))
