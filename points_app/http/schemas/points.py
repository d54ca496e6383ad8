"""The ledger, and points given or taken by hand."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from points_app.http.schemas.base import StaffBody
from points_app.http.schemas.fields import Id
from points_app.http.schemas.paging import CursorPaging
from points_app.http.schemas.text import AtMost, Line
from points_app.models.points import Source

MAX_OPERATION = 1_000_000


def _not_zero(value: int) -> int:
    if value == 0:
        raise ValueError("must not be 0")
    return value


class PointsQuery(CursorPaging):
    type: Literal["all", "earn", "spend"] = "all"
    """Only what was earned, or only what was spent."""
    source: Source | None = None
    """Only what was booked for this reason."""


class PointsOperation(StaffBody):
    user_id: Id
    """Whose points they are."""
    points: Annotated[
        int,
        Field(ge=-MAX_OPERATION, le=MAX_OPERATION, json_schema_extra={"not": {"const": 0}}),
        AfterValidator(_not_zero),
    ]
    """Points to give; below 0 to take away."""
    reason: Annotated[Line, AtMost(200)]
    """Kept in the audit log, and shown to the guest with the ledger row."""
