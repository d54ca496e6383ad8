"""Products and the wheel as merchants see them."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.models.exchange import Product, ProductStatus
from points_app.wire.formats import iso, number
from points_app.wire.paging import Pagination
from points_app.wire.values import one_of


class ShopProduct(TypedDict):
    """A product with what guests are not shown."""

    id: int
    """The product's number."""
    name: str
    """The product's name."""
    description: str
    """What it is; may be empty."""
    category: str
    """The category it stands in."""
    exchange_points: int
    """The price of one piece in points."""
    stock: int
    """Pieces that can be ordered."""
    image: str | None
    """The address of its picture (https); null without one."""
    is_hot: bool
    """Whether the shop recommends it."""
    sort_order: int
    """Its place in the catalogue; smaller ones come first."""
    rating: float
    """From 0 to 5, set by the shop."""
    sales_count: int
    """Pieces sold so far."""
    status: Annotated[str, one_of(*ProductStatus)]
    """Guests do not see inactive ones."""
    created_at: str
    """When it was added (UTC)."""
    updated_at: str
    """When anything of it last changed (UTC), sales included."""
    version: str
    """Changes with what the form edits, not with stock and sales; send it back with a change."""


class ShopProducts(TypedDict):
    products: list[ShopProduct]
    """The products of this page, in the catalogue's order."""
    pagination: Pagination
    """Which page this is, of how many."""


class Stock(TypedDict):
    stock: int
    """Pieces in stock after it."""


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
