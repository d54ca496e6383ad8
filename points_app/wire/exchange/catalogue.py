"""The products as guests see them."""

from typing import Annotated, Any, Protocol

from typing_extensions import TypedDict

from points_app.wire.formats import number
from points_app.wire.paging import Pagination
from points_app.wire.values import one_of


class ProductShape(TypedDict):
    id: int
    """The product's number; redeem calls it `commodity_id`."""
    name: str
    """The product's name."""
    description: str
    """What it is; may be empty."""
    category: str
    """The category it stands in."""
    exchange_points: int
    """The price of one piece in points."""
    points_cost: int
    """The same as `exchange_points`."""
    stock: int
    """Pieces that can be ordered."""
    image: str | None
    """The address of its picture (https); null without one."""
    is_hot: bool
    """Whether the shop recommends it."""
    rating: float
    """From 0 to 5, set by the shop."""
    sales_count: int
    """Pieces sold so far."""
    status: Annotated[str, one_of("available", "sold_out")]
    """Whether any piece is in stock."""


class ProductList(TypedDict):
    products: list[ProductShape]
    """The products of this page."""
    pagination: Pagination
    """Which page this is, of how many."""


class Category(TypedDict):
    name: str
    """The category's name, as the filter of the catalogue takes it."""
    count: int
    """Products in it."""


class Categories(TypedDict):
    categories: list[Category]
    """The categories that have products, in the order they came."""


class ProductRow(Protocol):
    """A product as the ORM or a plain row gives it."""

    commodity_id: Any
    name: Any
    description: Any
    category: Any
    exchange_points: Any
    stock: Any
    image: Any
    is_hot: Any
    rating: Any
    sales_count: Any


def product(row: ProductRow) -> ProductShape:
    return {
        "id": row.commodity_id,
        "name": row.name,
        "description": row.description,
        "category": row.category,
        "exchange_points": row.exchange_points,
        "points_cost": row.exchange_points,
        "stock": row.stock,
        "image": row.image,
        "is_hot": bool(row.is_hot),
        "rating": number(row.rating),
        "sales_count": row.sales_count,
        "status": "available" if row.stock > 0 else "sold_out",
    }


def in_stock(shape: ProductShape, stock: int, sales_count: int) -> ProductShape:
    """The same product with this stock and so many pieces sold."""
    status = "available" if stock > 0 else "sold_out"
    return {**shape, "stock": stock, "sales_count": sales_count, "status": status}
