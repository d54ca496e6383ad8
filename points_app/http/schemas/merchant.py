"""What merchants, and those who want to become one, send."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, StringConstraints

from points_app.http.schemas.base import Body, Id, Query, StaffBody
from points_app.http.schemas.text import Line


class ApplicationForm(Body):
    business_name: Annotated[Line, StringConstraints(max_length=100)] = Field(
        validation_alias=AliasChoices("business_name", "store_name")
    )
    contact_person: Annotated[Line, StringConstraints(max_length=50)]
    contact_phone: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{5,18}[0-9]$")]
    business_license: Annotated[Line, StringConstraints(max_length=100)] | None = None
    business_address: Annotated[Line, StringConstraints(max_length=255)] | None = None
    reason: Annotated[Line, StringConstraints(max_length=500)] | None = None


class StatisticsQuery(Query):
    period: Literal["today", "week", "month"] = "today"


class BatchReview(StaffBody):
    """A rejection needs a reason."""

    review_ids: list[Id] = Field(min_length=1, max_length=100)
    action: Literal["approve", "reject"]
    reason: Annotated[Line, StringConstraints(max_length=500)] | None = None
