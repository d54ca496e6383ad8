"""What guests send about their receipts."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from points_app.errors.receipts import AmountInvalid
from points_app.http.schemas.base import Body, Query
from points_app.http.schemas.paging import CursorPaging
from points_app.http.schemas.text import AtMost, Line

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


class AppealRequest(Body):
    reason: Annotated[Line, AtMost(500)]
    """Shown to the reviewers."""
