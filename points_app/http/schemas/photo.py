"""Receipts, from the guest's side and the reviewer's."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from points_app.errors import AmountInvalid
from points_app.http.schemas.base import (
    REASON_TO_REJECT,
    Body,
    CursorPaging,
    Id,
    Query,
    QueryInt,
    StaffBody,
)
from points_app.http.schemas.text import Line
from points_app.services.settings.business import MOST_POINTS_AWARD

# Yuan: 0 < amount <= 100000, at most two decimals.
AMOUNT = r"^0*(?:[1-9][0-9]{0,4}(?:\.[0-9]{1,2})?|100000(?:\.00?)?|0\.(?:0[1-9]|[1-9][0-9]?))$"


class UploadForm(Query):
    amount: str | None = Field(
        None,
        json_schema_extra={"pattern": AMOUNT},
    )
    """What the receipt says, in yuan: more than 0, at most 100000, two decimals."""

    @property
    def typed_amount(self) -> Decimal | None:
        """The amount in yuan. Raises AmountInvalid."""
        amount = (self.amount or "").strip()
        if not amount:
            return None
        if not re.fullmatch(AMOUNT, amount):
            raise AmountInvalid
        return Decimal(amount)


class UploadsQuery(CursorPaging):
    status: Literal["pending", "approved", "rejected"] | None = None
    """Only receipts in this state."""


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
    reason: Annotated[Line, StringConstraints(max_length=500)] | None = None
    """Shown to the guest; a rejection needs one."""


class AppealRequest(Body):
    reason: Annotated[Line, StringConstraints(max_length=500)]
    """Shown to the reviewers."""


class PictureLink(Query):
    viewer: str
    expires: QueryInt
    signature: str
