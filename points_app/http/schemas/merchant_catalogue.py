"""What merchants send about products, stock and the wheel."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from points_app.http.schemas.base import Change, StaffBody
from points_app.http.schemas.fields import FormVersion, HttpsUrl, Id
from points_app.http.schemas.paging import Paging
from points_app.http.schemas.text import AtMost, Line, Text
from points_app.wire.exchange.catalogue_editor import ShopProduct
from points_app.wire.formats import exact

Name = Annotated[Line, AtMost(100)]
Category = Annotated[Line, AtMost(50)]
Description = Annotated[Text, AtMost(2000)]
Image = Annotated[HttpsUrl, AtMost(255)]
Price = Annotated[int, Field(ge=1, le=10_000_000)]
Pieces = Annotated[int, Field(ge=0, le=1_000_000)]
Place = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


def _shown(most: int, step: float) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", "minimum": 0, "maximum": most, "multipleOf": step})


# JSON numbers with at most so many decimals, as exact as they were written.
Rating = Annotated[
    Decimal, BeforeValidator(exact), Field(ge=0, le=5, decimal_places=2), _shown(5, 0.01)
]
Value = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(ge=0, le=9_999_999, decimal_places=2),
    _shown(9_999_999, 0.01),
]
Probability = Annotated[
    Decimal, BeforeValidator(exact), Field(ge=0, le=1, decimal_places=4), _shown(1, 0.0001)
]


class NewProduct(StaffBody):
    name: Name
    """The product's name."""
    category: Category
    """The category it stands in."""
    exchange_points: Price
    """The price of one piece in points."""
    description: Description = ""
    """What it is."""
    stock: Pieces = 0
    """Pieces in stock"""
    image: Image | None = None
    """The address of its picture (https); null for none."""
    is_hot: bool = False
    """Whether the shop recommends it."""
    sort_order: Place = 0
    """Its place in the catalogue; smaller ones come first."""
    rating: Rating = Decimal(5)
    """From 0 to 5, with two decimals."""
    status: Literal["active", "inactive"] = "active"
    """Guests do not see inactive ones."""


class ProductChange(Change, StaffBody):
    """What is absent stays as it is. Stock changes by /stock alone: a form opened an hour ago must
    not undo the sales since. So a product may be sent back as it was read; what of it is no field
    of this form is ignored."""

    name: Name = ""
    """The product's name."""
    category: Category = ""
    """The category it stands in."""
    exchange_points: Price = 1
    """The price of one piece in points."""
    description: Description = ""
    """What it is."""
    image: Image | None = None
    """The address of its picture (https); null for none."""
    is_hot: bool = False
    """Whether the shop recommends it."""
    sort_order: Place = 0
    """Its place in the catalogue; smaller ones come first."""
    rating: Rating = Decimal(5)
    """From 0 to 5, with two decimals."""
    status: Literal["active", "inactive"] = "active"
    """Guests do not see inactive ones."""
    version: FormVersion | None = None
    """The `version` the form was opened with; refused (8003) when what it shows has changed since.
    Without it the later change wins."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_only_shown(cls, sent: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in sent.items()
            if name in cls.model_fields or name not in ShopProduct.__annotations__
        }


class ShopProductsQuery(Paging):
    category: Annotated[str, AtMost(50)] | None = None
    """Only this category."""
    status: Literal["active", "inactive"] | None = None
    """Only products in this state."""


class StockChange(StaffBody):
    operation: Literal["restock", "admin_adjust"]
    """`restock` adds `quantity` pieces, at least one; `admin_adjust` sets the stock to it."""
    quantity: Pieces
    """Pieces to add, or pieces that were counted."""
    expected_stock: Annotated[int, Field(ge=0)] | None = None
    """With `admin_adjust`: the stock that was shown; refused (8003) when there is another one
    now."""


class WheelPrize(StaffBody):
    """A prize to be. What was won since the form was opened must not come back with its stock."""

    id: Id | None = None
    """The known prize that this one changes; without it, it is a new one."""
    name: Name
    """The prize's name."""
    type: Literal["points", "coupon", "physical", "empty"]
    """What kind of prize it is; `empty` is none."""
    value: Value
    """Points for the type `points`, whole and at least 1; for the others a number for the shop to
    use."""
    angle: int = Field(ge=0, le=359)
    """Where it stands on the wheel, in degrees; no two alike."""
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
    """Its colour on the wheel, `#RRGGBB`."""
    probability: Probability
    """The chance of one turn, with four decimals; together exactly 1."""
    is_activity: bool = False
    """Whether a turn can miss it narrowly"""
    daily_limit: Pieces = 0
    """How often it is given on a day of the shop, 0 is without limit"""
    total_limit: Pieces = 0
    """How often it is given in all, 0 is without limit"""
    stock: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    """Pieces that are left; -1 is without limit, as for a new prize when absent. A known prize
    keeps what it has when this is absent, and when the wheel comes without `version`."""


class WholeWheel(StaffBody):
    """The prizes that are on the wheel from now on; the probabilities sum to exactly 1."""

    prizes: list[WheelPrize] = Field(min_length=1, max_length=50)
    """The prizes that are on the wheel from now on."""
    version: FormVersion | None = None
    """The `version` the form was opened with; refused (8003) when what it shows has changed since.
    Without it known prizes keep the stock they have."""
