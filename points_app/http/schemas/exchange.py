"""The catalogue and orders."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from points_app.http.schemas.base import Body
from points_app.http.schemas.fields import Id, QueryNatural, SmallAnything
from points_app.http.schemas.paging import CursorPaging, Paging


class ProductsQuery(Paging):
    category: str | None = Field(None, max_length=50)
    """Only this category; 全部 and `all` are no filter."""
    min_points: QueryNatural | None = None
    """Only products of at least this price in points."""
    max_points: QueryNatural | None = None
    """Only products of at most this price in points."""
    stock_status: Literal["in_stock", "out_of_stock"] | None = None
    """Only products with, or without, pieces in stock."""
    sort_by: Literal[
        "sort_order", "exchange_points", "stock", "sales_count", "rating", "created_at"
    ] = "sort_order"
    """What the products are sorted by; ties by id."""
    sort_order: Annotated[Literal["ASC", "DESC"], BeforeValidator(str.upper)] = "ASC"
    """Rising or falling, in upper or lower case."""


class RedeemRequest(Body):
    commodity_id: Id = Field(validation_alias=AliasChoices("commodity_id", "product_id"))
    """The product's number."""
    quantity: int = Field(1, ge=1, le=99)
    """Pieces"""
    expected_cost: int | None = Field(None, ge=0)
    """Points of the whole order as the guest was shown them; refused (4006) when it costs something
    else."""
    delivery_info: SmallAnything | None = Field(
        None, validation_alias=AliasChoices("delivery_info", "delivery_address")
    )
    """Where it goes, an object or a text of at most 4096 bytes; only the guest and merchants are
    shown it."""


class OrdersQuery(CursorPaging):
    status: Literal["pending", "shipped", "completed", "cancelled"] | None = None
    """Only orders in this state."""
