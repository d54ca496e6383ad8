"""What merchants send about products, stock and the wheel."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from points_app.http.schemas.base import Change, FormVersion, HttpsUrl, Id, Paging, StaffBody
from points_app.http.schemas.text import Line, Text
from points_app.wire.shop import ShopProduct
from points_app.wire.times import exact

Name = Annotated[Line, StringConstraints(max_length=100)]
Category = Annotated[Line, StringConstraints(max_length=50)]
Description = Annotated[Text, StringConstraints(max_length=2000)]
Image = Annotated[HttpsUrl, StringConstraints(max_length=255)]
Price = Annotated[int, Field(ge=1, le=10_000_000)]
Pieces = Annotated[int, Field(ge=0, le=1_000_000)]
Place = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


def _number(most: int, step: str) -> Any:
    """A JSON number from 0 to `most` with at most as many decimals as `step`."""
    digits = -Decimal(step).as_tuple().exponent
    return Annotated[
        Decimal,
        BeforeValidator(exact),
        Field(ge=0, le=most, decimal_places=digits),
        WithJsonSchema(
            {"type": "number", "minimum": 0, "maximum": most, "multipleOf": float(step)}
        ),
    ]


Rating = _number(5, "0.01")
Value = _number(9_999_999, "0.01")
Probability = _number(1, "0.0001")


class NewProduct(StaffBody):
    name: Name
    category: Category
    exchange_points: Price
    description: Description = ""
    stock: Pieces = 0
    image: Image | None = None
    is_hot: bool = False
    sort_order: Place = 0
    rating: Rating = Decimal(5)
    status: Literal["active", "inactive"] = "active"


class ProductChange(Change, StaffBody):
    """What is absent stays as it is. Stock changes by /stock alone: a form opened an hour ago must
    not undo the sales since. So a product may be sent back as it was read; what of it is no field
    of this form is ignored."""

    name: Name = ""
    category: Category = ""
    exchange_points: Price = 1
    description: Description = ""
    image: Image | None = None
    is_hot: bool = False
    sort_order: Place = 0
    rating: Rating = Decimal(5)
    status: Literal["active", "inactive"] = "active"
    version: FormVersion | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_only_shown(cls, sent: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in sent.items()
            if name in cls.model_fields or name not in ShopProduct.__annotations__
        }


class ShopProductsQuery(Paging):
    category: Annotated[str, StringConstraints(max_length=50)] | None = None
    status: Literal["active", "inactive"] | None = None


class StockChange(StaffBody):
    """`restock` adds `quantity` pieces, at least one; `admin_adjust` sets the stock to it, and with
    `expected_stock`, the stock that was shown, only while that is what there is."""

    operation: Literal["restock", "admin_adjust"]
    quantity: Pieces
    expected_stock: Annotated[int, Field(ge=0)] | None = None


class WheelPrize(StaffBody):
    """A prize with the `id` of a known one changes it; without, it is a new one. `stock` -1 is
    without limit. A known prize keeps the stock it has when `stock` is absent, and when the wheel
    comes without a `version`: what was won since the form was opened must not come back."""

    id: Id | None = None
    name: Name
    type: Literal["points", "coupon", "physical", "empty"]
    value: Value
    angle: int = Field(ge=0, le=359)
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
    probability: Probability
    is_activity: bool = False
    daily_limit: Pieces = 0
    total_limit: Pieces = 0
    stock: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None


class WholeWheel(StaffBody):
    """The prizes that are on the wheel from now on; the probabilities sum to exactly 1."""

    prizes: list[WheelPrize] = Field(min_length=1, max_length=50)
    version: FormVersion | None = None
