"""What guests and admins are shown of points."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.models.points import LedgerEntry, Source
from points_app.wire.formats import iso
from points_app.wire.paging import Listed
from points_app.wire.values import number_of_each, one_of


class PointsRecord(TypedDict):
    id: int
    """The ledger row's number."""
    type: Annotated[str, one_of("earn", "spend")]
    """The sign of `points`: earn above 0, spend below."""
    points: int
    """Points that were booked; below 0 when they were spent."""
    description: str
    """What it was, for people to read."""
    source: Annotated[str, one_of(*Source)]
    """Why the balance changed."""
    balance_after: int
    """The balance after this row, in points."""
    related_id: str
    """What caused it: the id of a draw, an order, an upload and the like."""
    created_at: str
    """When it was booked (UTC)."""


class PointsRecords(Listed):
    records: list[PointsRecord]
    """The ledger rows of this page, newest first."""


class PointsStatistics(TypedDict):
    current_points: int
    """The balance in points: earned less spent."""
    total_earned: int
    """Points earned so far, without those that cancelled orders gave back."""
    total_spent: int
    """Points spent so far, less those that cancelled orders gave back."""
    total_refunded: int
    """Points that cancelled orders gave back so far."""
    this_month_earned: int
    """The same as `total_earned`, since the month began by the shop's clock."""
    this_month_spent: int
    """The same as `total_spent`, since the month began; never below 0."""
    this_month_refunded: int
    """The same as `total_refunded`, since the month began."""
    by_source: Annotated[dict[str, int], number_of_each(Source)]
    """Points by what they were booked for, signed; what never occurred is missing."""


class CheckIn(TypedDict):
    points_awarded: int
    """Points for this check-in; 0 when the guest had checked in today."""
    consecutive_days: int
    """Days in a row, today included."""
    total_points: int
    """The balance after it, in points."""
    next_reward_points: int
    """Points for checking in tomorrow."""
    already_checked_in: bool
    """Whether the guest had checked in today before."""


class Operated(TypedDict):
    user_id: int
    """Whose points they are."""
    total_points: int
    """The balance after it, in points."""
    record_id: int
    """The number of the ledger row."""


def points_record(entry: LedgerEntry) -> PointsRecord:
    return {
        "id": entry.id,
        "type": entry.type,
        "points": entry.points,
        "description": entry.description,
        "source": entry.source,
        "balance_after": entry.balance_after,
        "related_id": entry.related_id,
        "created_at": iso(entry.created_at),
    }
