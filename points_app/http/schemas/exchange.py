"""The catalogue and orders."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from points_app.http.schemas.base import Body, Id, Paging, QueryNatural, SmallAnything


class ProductsQuery(Paging):
    category: str | None = Field(None, max_length=50)
    min_points: QueryNatural | None = None
    max_points: QueryNatural | None = None
    stock_status: Literal["in_stock", "out_of_stock"] | None = None
    sort_by: Literal[
        "sort_order", "exchange_points", "stock", "sales_count", "rating", "created_at"
    ] = "sort_order"
    sort_order: Annotated[Literal["ASC", "DESC"], BeforeValidator(str.upper)] = "ASC"


class RedeemRequest(Body):
    commodity_id: Id = Field(validation_alias=AliasChoices("commodity_id", "product_id"))
    quantity: int = Field(1, ge=1, le=99)
    expected_cost: int | None = Field(
        None,
        ge=0,
        description="Points of the whole order as shown, else refused.",
    )
    delivery_info: SmallAnything | None = Field(
        None, validation_alias=AliasChoices("delivery_info", "delivery_address")
    )


class OrdersQuery(Paging):
    status: Literal["pending", "shipped", "completed", "cancelled"] | None = None
