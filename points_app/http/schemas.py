"""What requests may hold. Bodies are strict: a number is a number and never a string or a boolean;
query strings and forms hold text, of which only ASCII spellings are taken."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from points_app.errors import AmountInvalid
from points_app.wire.paging import Page

MAX_LIMIT = 100
MAX_PAGE = 1_000_000
MAX_OBJECT_BYTES = 4096
MAX_AMOUNT = Decimal(100_000)
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _ascii_integer(value: Any) -> Any:
    """int() would take "１２", " 12" and "1_2"; a query string may not."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    raise ValueError("must be a whole number")


def _no_control_characters(value: str) -> str:
    if CONTROL_CHARACTERS.search(value):
        raise ValueError("must not hold control characters")
    return value


def _small(value: Any) -> Any:
    if len(orjson.dumps(value)) > MAX_OBJECT_BYTES:
        raise ValueError(f"must not be larger than {MAX_OBJECT_BYTES} bytes")
    return value


QueryInt = Annotated[int, BeforeValidator(_ascii_integer)]
Text = Annotated[str, AfterValidator(_no_control_characters)]
Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1)]
SmallObject = Annotated[dict[str, Any], AfterValidator(_small)]
SmallAnything = Annotated[dict[str, Any] | Text, AfterValidator(_small)]
Id = Annotated[int, Field(ge=1, le=2**53)]


class Body(BaseModel):
    """A JSON body; unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)


class Query(BaseModel):
    """A query string or the text fields of a form; unknown ones are ignored."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Paging(Query):
    page: QueryInt = Field(1, ge=1, le=MAX_PAGE)
    limit: QueryInt = Field(20, ge=1, validation_alias=AliasChoices("limit", "size", "page_size"))

    @property
    def slice(self) -> Page:
        return Page(self.page, min(self.limit, MAX_LIMIT))


class SendCode(Body):
    phone: str


class Login(Body):
    phone: str
    code: str


class Logout(Body):
    refresh_token: str | None = None


class DrawRequest(Body):
    draw_type: Literal["single", "triple", "quintuple", "decade", "five", "ten"] | None = None
    count: int | None = None


class ProductsQuery(Paging):
    category: str | None = Field(None, max_length=50)
    min_points: QueryInt | None = Field(None, ge=0)
    max_points: QueryInt | None = Field(None, ge=0)
    stock_status: Literal["in_stock", "out_of_stock"] | None = None
    sort_by: Literal[
        "sort_order", "exchange_points", "stock", "sales_count", "rating", "created_at"
    ] = "sort_order"
    sort_order: Annotated[Literal["ASC", "DESC"], BeforeValidator(str.upper)] = "ASC"


class RedeemRequest(Body):
    commodity_id: Id = Field(validation_alias=AliasChoices("commodity_id", "product_id"))
    quantity: int = Field(1, ge=1, le=99)
    delivery_info: SmallAnything | None = Field(
        None, validation_alias=AliasChoices("delivery_info", "delivery_address")
    )


class OrdersQuery(Paging):
    status: Literal["pending", "shipped", "completed", "cancelled"] | None = None


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


Figure = Annotated[float, Field(ge=0, allow_inf_nan=False, le=1e15)]


class PerformanceReport(Body):
    api_response_time: Figure | None = None
    canvas_render_fps: Figure | None = None
    page_load_time: Figure | None = None
    memory_usage: Figure | None = None
    error_rate: Figure | None = None
    client_info: SmallObject | None = None


class ErrorReport(Body):
    message: Annotated[str, StringConstraints(min_length=1)]
    stack: str | None = None
    page: Annotated[str, StringConstraints(max_length=255)] | None = None
    client_info: SmallObject | None = None


class PictureLink(Query):
    expires: QueryInt
    signature: str
