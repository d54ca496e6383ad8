"""What merchants, and those who want to become one, send."""

from typing import Annotated, Literal

from pydantic import AliasChoices, ConfigDict, Field, StringConstraints

from points_app.http.schemas.base import REASON_TO_REJECT, Body, Id, Query, StaffBody
from points_app.http.schemas.text import Line


class ApplicationForm(Body):
    business_name: Annotated[Line, StringConstraints(max_length=100)] = Field(
        validation_alias=AliasChoices("business_name", "store_name")
    )
    """What the business is called."""
    contact_person: Annotated[Line, StringConstraints(max_length=50)]
    """Whom to ask for."""
    contact_phone: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{5,18}[0-9]$")]
    """The number to call: digits, spaces and dashes."""
    business_license: Annotated[Line, StringConstraints(max_length=100)] | None = None
    """The licence's number."""
    business_address: Annotated[Line, StringConstraints(max_length=255)] | None = None
    """Where the business is."""
    reason: Annotated[Line, StringConstraints(max_length=500)] | None = None
    """Why the applicant asks."""


class StatisticsQuery(Query):
    period: Literal["today", "week", "month"] = "today"
    """Since midnight, Monday or the first of the month, by the shop's clock."""


class BatchReview(StaffBody):
    """A rejection needs a reason."""

    model_config = ConfigDict(json_schema_extra={"allOf": [REASON_TO_REJECT]})

    review_ids: list[Id] = Field(min_length=1, max_length=100)
    """Which receipts."""
    action: Literal["approve", "reject"]
    """The decision on all of them; an approval pays what is proposed for each."""
    reason: Annotated[Line, StringConstraints(max_length=500)] | None = None
    """Shown to the guests; a rejection needs one."""
