"""Receipts, from the guest's side and the reviewer's."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from points_app.errors import AmountInvalid
from points_app.http.schemas.base import Body, Id, Line, Paging, Query, QueryInt

MAX_AMOUNT = Decimal(100_000)


class UploadForm(Query):
    amount: str | None = None

    @property
    def typed_amount(self) -> Decimal | None:
        """The amount in yuan. Raises AmountInvalid."""
        if self.amount is None or self.amount.strip() == "":
            return None
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", self.amount.strip()):
            raise AmountInvalid
        amount = Decimal(self.amount.strip())
        if not 0 < amount <= MAX_AMOUNT:
            raise AmountInvalid
        return amount


class UploadsQuery(Paging):
    status: Literal["pending", "approved", "rejected"] | None = None


class PendingQuery(Paging):
    match_status: Literal["unclear", "matched", "mismatched"] | None = None
    sort: Literal["oldest", "newest"] = "oldest"


class ReviewRequest(Body):
    review_id: Id | None = None
    upload_id: Annotated[str, StringConstraints(max_length=50)] | None = None
    action: Literal["approve", "reject"]
    points: int | None = Field(None, ge=0, le=2000)
    reason: Annotated[Line, StringConstraints(max_length=500)] | None = None


class AppealRequest(Body):
    reason: Annotated[Line, StringConstraints(max_length=500)]


class PictureLink(Query):
    viewer: str
    expires: QueryInt
    signature: str
