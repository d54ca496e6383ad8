"""The wheel."""

from points_app.errors.base import InvalidInput
from points_app.errors.lottery import (
    DailyDrawsUsed,
    DrawCostChanged,
    LotteryClosed,
    LotteryConfigFailure,
    LotteryFailure,
    TooManyDraws,
)
from points_app.errors.points import InsufficientPoints
from points_app.http import limits
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.lottery import DrawRequest, DrawsQuery
from points_app.services.accounts.authentication import Caller
from points_app.services.lottery import draw_types, draws, history
from points_app.wire.lottery import draws as wire
from points_app.wire.lottery import wheel

area = Area("lottery", "/api/lottery", failure=LotteryFailure)


@area.operation("GET", "/config", Access.GUEST, wheel.Wheel, failure=LotteryConfigFailure)
def config() -> wheel.Wheel:
    """The wheel: its prizes by angle, and what a turn costs."""
    return draws.config()


@area.operation(
    "POST",
    "/draw",
    Access.GUEST,
    wire.DrawAnswer,
    body=DrawRequest,
    raises=(InsufficientPoints, LotteryClosed, DailyDrawsUsed, DrawCostChanged, TooManyDraws),
    limit=limits.DRAWS,
    keyed=True,
)
def draw(caller: Caller, body: DrawRequest) -> wire.DrawAnswer:
    """Turn the wheel 1, 3, 5 or 10 times for points."""
    kind = draw_types.draw_type(body.draw_type, body.count)
    return draws.draw(caller.user_id, kind, body.expected_cost)


@area.operation("GET", "/records", Access.GUEST, wire.DrawRecords, query=DrawsQuery)
def records(caller: Caller, query: DrawsQuery) -> wire.DrawRecords:
    """The guest's turns of the wheel, newest first."""
    return history.records(caller.user_id, query.slice)


@area.operation(
    "GET", "/records/<int:record_id>", Access.GUEST, wire.DrawDetail, raises=(InvalidInput,)
)
def record(caller: Caller, record_id: int) -> wire.DrawDetail:
    """One of the guest's turns, with its claim code as a QR picture."""
    return history.record(caller.user_id, record_id)


@area.operation("GET", "/statistics", Access.GUEST, wire.DrawStatistics)
def statistics(caller: Caller) -> wire.DrawStatistics:
    """What the guest drew, paid and won."""
    return history.statistics(caller.user_id)
