"""The catalogue and orders."""

from points_app.errors.exchange import (
    ExchangeFailure,
    InsufficientPointsForOrder,
    OrderCostChanged,
    OrderStateRefused,
    OrderUnknown,
    OutOfStock,
    ProductListFailure,
    ProductUnknown,
)
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.exchange import OrdersQuery, ProductsQuery, RedeemRequest
from points_app.services.accounts.authentication import Caller
from points_app.services.exchange import catalogue, orders, product_list, redemption
from points_app.wire.exchange.catalogue import Categories, ProductList, ProductShape
from points_app.wire.exchange.orders import OrderDetail, OrderPlaced, OrderRecord, OrderRecords

area = Area("exchange", "/api/exchange", failure=ExchangeFailure)


@area.operation(
    "GET",
    "/products",
    Access.GUEST,
    ProductList,
    query=ProductsQuery,
    failure=ProductListFailure,
)
def products(query: ProductsQuery) -> ProductList:
    """The catalogue, filtered, sorted and paged."""
    wanted = catalogue.ProductFilter(
        category=query.category,
        min_points=query.min_points,
        max_points=query.max_points,
        stock_status=query.stock_status,
        sort_by=query.sort_by,
        descending=query.sort_order == "DESC",
    )
    return product_list.products(wanted, query.slice)


@area.operation(
    "GET",
    "/products/<int:product_id>",
    Access.GUEST,
    ProductShape,
    raises=(ProductUnknown,),
)
def product(product_id: int) -> ProductShape:
    """One product."""
    return product_list.product(product_id)


@area.operation("GET", "/categories", Access.PUBLIC, Categories, failure=ProductListFailure)
def categories() -> Categories:
    """The categories of the catalogue; needs no token."""
    return product_list.categories()


@area.operation(
    "POST",
    "/redeem",
    Access.GUEST,
    OrderPlaced,
    body=RedeemRequest,
    raises=(ProductUnknown, OutOfStock, InsufficientPointsForOrder, OrderCostChanged),
    keyed=True,
)
def redeem(caller: Caller, body: RedeemRequest) -> OrderPlaced:
    """Buy goods with points."""
    wanted = redemption.Wanted(body.commodity_id, body.quantity, body.expected_cost)
    return redemption.redeem(caller.user_id, wanted, body.delivery_info)


@area.operation("GET", "/records", Access.GUEST, OrderRecords, query=OrdersQuery)
def records(caller: Caller, query: OrdersQuery) -> OrderRecords:
    """The guest's own orders, newest first."""
    return redemption.records(caller.user_id, query.slice, query.status)


@area.operation("GET", "/records/<order_id>", Access.GUEST, OrderDetail, raises=(OrderUnknown,))
def record(caller: Caller, order_id: str) -> OrderDetail:
    """One of the guest's own orders, with its pickup code as a QR picture."""
    return orders.record(caller.user_id, order_id)


@area.operation(
    "POST",
    "/records/<order_id>/cancel",
    Access.GUEST,
    OrderRecord,
    raises=(OrderUnknown, OrderStateRefused),
)
def cancel(caller: Caller, order_id: str) -> OrderRecord:
    """Take a pending order back: points and stock return."""
    return orders.cancel(caller.user_id, order_id)
