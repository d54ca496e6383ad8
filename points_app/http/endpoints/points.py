"""The guest's points."""

from points_app.errors.base import SystemFailure
from points_app.errors.points import InsufficientPoints
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.points import PointsOperation, PointsQuery
from points_app.services.accounts.authentication import Caller
from points_app.services.points import adjustments, history
from points_app.services.points import check_in as check_ins
from points_app.wire import points as wire

area = Area("points", "/api/points", failure=SystemFailure)


@area.operation("GET", "/records", Access.GUEST, wire.PointsRecords, query=PointsQuery)
def records(caller: Caller, query: PointsQuery) -> wire.PointsRecords:
    """The guest's ledger, newest first."""
    kind = None if query.type == "all" else query.type
    return history.records(caller.user_id, query.slice, kind, query.source)


@area.operation("GET", "/details", Access.GUEST, wire.PointsRecords, query=PointsQuery)
def details(caller: Caller, query: PointsQuery) -> wire.PointsRecords:
    """The same as /records, under the name older clients know."""
    return records(caller, query)


@area.operation("GET", "/statistics", Access.GUEST, wire.PointsStatistics)
def statistics(caller: Caller) -> wire.PointsStatistics:
    """What the guest earned and spent, in all, this month, and by source."""
    return history.statistics(caller.user_id)


@area.operation("POST", "/check-in", Access.GUEST, wire.CheckIn)
def check_in(caller: Caller) -> wire.CheckIn:
    """Check in, once a day in the shop's time zone; days in a row pay more."""
    return check_ins.check_in(caller.user_id)


@area.operation(
    "POST",
    "/operate",
    Access.ADMIN,
    wire.Operated,
    body=PointsOperation,
    raises=(InsufficientPoints,),
    keyed=True,
)
def operate(caller: Caller, body: PointsOperation) -> wire.Operated:
    """Give a guest points or take some away; never below zero."""
    return adjustments.operate(caller.user_id, body.user_id, body.points, body.reason)
