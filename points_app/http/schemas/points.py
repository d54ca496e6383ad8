"""The ledger, and points given or taken by hand."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from points_app.http.schemas.base import Id, Paging, StaffBody
from points_app.http.schemas.text import Line
from points_app.models import Source

MAX_OPERATION = 1_000_000


def _not_zero(value: int) -> int:
    if value == 0:
        raise ValueError("must not be 0")
    return value


class PointsQuery(Paging):
    type: Literal["all", "earn", "spend"] = "all"
    source: Source | None = None


class PointsOperation(StaffBody):
    user_id: Id
    points: Annotated[
        int,
        Field(ge=-MAX_OPERATION, le=MAX_OPERATION, json_schema_extra={"not": {"const": 0}}),
        AfterValidator(_not_zero),
    ]
    reason: Annotated[Line, StringConstraints(max_length=200)]
