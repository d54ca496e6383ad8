"""What merchants offer: products, their stock, and the wheel."""

from points_app.errors.base import FormChanged, InvalidInput, SystemFailure
from points_app.errors.exchange import ProductUnknown, StockMoved
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.merchant_catalogue import (
    NewProduct,
    ProductChange,
    ShopProductsQuery,
    StockChange,
    WholeWheel,
)
from points_app.services.accounts.authentication import Caller
from points_app.services.exchange import catalogue_editor as service
from points_app.services.exchange import inventory
from points_app.services.lottery import wheel_editor
from points_app.wire.exchange.catalogue_editor import ShopProduct, ShopProducts, Stock
from points_app.wire.lottery.wheel_editor import ShopWheel

area = Area("shop", "/api/merchant", failure=SystemFailure)


@area.operation("GET", "/products", Access.MERCHANT, ShopProducts, query=ShopProductsQuery)
def products(query: ShopProductsQuery) -> ShopProducts:
    """All products, hidden ones too."""
    return service.listing(query.slice, query.category, query.status)


@area.operation("POST", "/products", Access.MERCHANT, ShopProduct, body=NewProduct)
def create_product(caller: Caller, body: NewProduct) -> ShopProduct:
    """Add a product with its first stock."""
    return service.create(caller.user_id, body.model_dump())


@area.operation(
    "GET", "/products/<int:product_id>", Access.MERCHANT, ShopProduct, raises=(ProductUnknown,)
)
def product(product_id: int) -> ShopProduct:
    """One product, hidden or not."""
    return service.product(product_id)


@area.operation(
    "PUT",
    "/products/<int:product_id>",
    Access.MERCHANT,
    ShopProduct,
    body=ProductChange,
    raises=(ProductUnknown, FormChanged),
)
def change_product(caller: Caller, product_id: int, body: ProductChange) -> ShopProduct:
    """Change a product; its stock has an endpoint of its own."""
    return service.change(caller.user_id, product_id, body.changes, body.version)


@area.operation(
    "DELETE",
    "/products/<int:product_id>",
    Access.MERCHANT,
    ShopProduct,
    raises=(ProductUnknown,),
)
def hide_product(caller: Caller, product_id: int) -> ShopProduct:
    """Take a product out of the catalogue; orders and sums keep it."""
    return service.change(caller.user_id, product_id, {"status": "inactive"})


@area.operation(
    "POST",
    "/products/<int:product_id>/stock",
    Access.MERCHANT,
    Stock,
    body=StockChange,
    raises=(ProductUnknown, StockMoved),
    keyed=True,
)
def change_stock(caller: Caller, product_id: int, body: StockChange) -> Stock:
    """Add pieces, or set the stock to what was counted; everybody watching is told."""
    if body.operation == "restock":
        return inventory.restock(caller.user_id, product_id, body.quantity)
    return inventory.adjust(caller.user_id, product_id, body.quantity, body.expected_stock)


@area.operation("GET", "/prizes", Access.MERCHANT, ShopWheel)
def wheel() -> ShopWheel:
    """The wheel with its limits."""
    return wheel_editor.wheel()


@area.operation(
    "PUT",
    "/prizes",
    Access.MERCHANT,
    ShopWheel,
    body=WholeWheel,
    raises=(InvalidInput, FormChanged),
)
def replace_wheel(caller: Caller, body: WholeWheel) -> ShopWheel:
    """Replace the whole wheel at once; the probabilities must sum to exactly 1."""
    return wheel_editor.replace(caller.user_id, body.model_dump()["prizes"], body.version)
