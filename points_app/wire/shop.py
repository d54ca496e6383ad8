"""Products and the wheel as merchants see them."""

from typing_extensions import TypedDict

from points_app.models import Prize, Product
from points_app.wire.lottery import WheelField, wheel_field
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, number


class ShopProduct(TypedDict):
    """A product with what guests are not shown; `status` is active or inactive."""

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
    prizes: list[ShopPrize]


def shop_product(row: Product) -> ShopProduct:
    return {
        "id": row.commodity_id,
        "name": row.name,
        "description": row.description,
        "category": row.category,
        "exchange_points": row.exchange_points,
        "stock": row.stock,
        "image": row.image,
        "is_hot": row.is_hot,
        "sort_order": row.sort_order,
        "rating": number(row.rating),
        "sales_count": row.sales_count,
        "status": row.status,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }


def shop_prize(prize: Prize) -> ShopPrize:
    return {
        **wheel_field(prize),
        "daily_limit": prize.daily_limit,
        "total_limit": prize.total_limit,
        "stock": prize.stock,
    }
