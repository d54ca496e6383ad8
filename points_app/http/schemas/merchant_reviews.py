"""What merchants send about receipts, and what those send who want to become one."""

from typing import Annotated, Literal

from pydantic import AliasChoices, ConfigDict, Field, StringConstraints

from points_app.http.schemas.base import Body, Query, StaffBody
from points_app.http.schemas.fields import REASON_TO_REJECT, Id
from points_app.http.schemas.paging import CursorPaging
from points_app.http.schemas.text import AtMost, Line
from points_app.services.settings.declarations import MOST_POINTS_AWARD


class ApplicationForm(Body):
    business_name: Annotated[Line, AtMost(100)] = Field(
        validation_alias=AliasChoices("business_name", "store_name")
    )
    """What the business is called."""
    contact_person: Annotated[Line, AtMost(50)]
    """Whom to ask for."""
    contact_phone: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{5,18}[0-9]$")]
    """The number to call: digits, spaces and dashes."""
    business_license: Annotated[Line, AtMost(100)] | None = None
    """The licence's number."""
    business_address: Annotated[Line, AtMost(255)] | None = None
    """Where the business is."""
    reason: Annotated[Line, AtMost(500)] | None = None
    """Why the applicant asks."""


class StatisticsQuery(Query):
    period: Literal["today", "week", "month"] = "today"
    """Since midnight, Monday or the first of the month, by the shop's clock."""


class PendingQuery(CursorPaging):
    match_status: Literal["unclear", "matched", "mismatched"] | None = None
    """Only receipts whose amounts compare like this."""
    sort: Literal["oldest", "newest"] = "oldest"
    """Which come first."""


class ReviewRequest(StaffBody):
    """A decision on the receipt that one of the two ids names; a rejection needs a reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "anyOf": [
                        {
                            "required": ["review_id"],
                            "properties": {"review_id": {"type": "integer"}},
                        },
                        {
                            "required": ["upload_id"],
                            "properties": {"upload_id": {"type": "string"}},
                        },
                    ]
                },
                REASON_TO_REJECT,
            ]
        }
    )

    review_id: Id | None = None
    """The receipt, by its review's number."""
    upload_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,50}$")] | None = None
    """The receipt, by its upload's id."""
    action: Literal["approve", "reject"]
    """The decision."""
    points: int | None = Field(None, ge=0, le=MOST_POINTS_AWARD)
    """Points to pay instead of those that are proposed, up to `max_points_award`; a rejection
    ignores them."""
    reason: Annotated[Line, AtMost(500)] | None = None
    """Shown to the guest; a rejection needs one."""


class BatchReview(StaffBody):
    """A rejection needs a reason."""

    model_config = ConfigDict(json_schema_extra={"allOf": [REASON_TO_REJECT]})

    review_ids: list[Id] = Field(min_length=1, max_length=100)
    """Which receipts."""
    action: Literal["approve", "reject"]
    """The decision on all of them; an approval pays what is proposed for each."""
    reason: Annotated[Line, AtMost(500)] | None = None
    """Shown to the guests; a rejection needs one."""
