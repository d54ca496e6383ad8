"""Products and the wheel as merchants see them."""

from typing_extensions import TypedDict

from points_app.models import Prize, Product
from points_app.wire.lottery import WheelField, wheel_field
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, number


class ShopProduct(TypedDict):
    """A product with what guests are not shown; `status` is active or inactive. `version` changes
    with what its form edits, not with stock and sales."""

    id: int
    name: str
    description: str
    category: str
    exchange_points: int
    stock: int
    image: str | None
    is_hot: bool
    sort_order: int
    rating: float
    sales_count: int
    status: str
    created_at: str
    updated_at: str
    version: str


class ShopProducts(TypedDict):
    products: list[ShopProduct]
    pagination: Pagination


class Stock(TypedDict):
    stock: int


class ShopPrize(WheelField):
    """A prize with its limits: 0, and a stock of -1, mean none."""

    daily_limit: int
    total_limit: int
    stock: int


class ShopWheel(TypedDict):
    """`version` changes with everything that is shown, stock included."""

    prizes: list[ShopPrize]
    version: str


class ProductForm(TypedDict):
    """What a merchant edits of a product."""

    name: str
    description: str
    category: str
    exchange_points: int
    image: str | None
    is_hot: bool
    sort_order: int
    rating: float
    status: str


def product_form(row: Product) -> ProductForm:
    return {
        "name": row.name,
        "description": row.description,
        "category": row.category,
        "exchange_points": row.exchange_points,
        "image": row.image,
        "is_hot": row.is_hot,
        "sort_order": row.sort_order,
        "rating": number(row.rating),
        "status": row.status,
    }


def shop_product(row: Product, version: str) -> ShopProduct:
    return {
        **product_form(row),
        "id": row.commodity_id,
        "stock": row.stock,
        "sales_count": row.sales_count,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "version": version,
    }


def shop_prize(prize: Prize) -> ShopPrize:
    return {
        **wheel_field(prize),
        "daily_limit": prize.daily_limit,
        "total_limit": prize.total_limit,
        "stock": prize.stock,
    }
