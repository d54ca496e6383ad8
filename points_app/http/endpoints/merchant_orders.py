"""The shop's counter: orders and codes."""

from points_app.errors.base import InvalidInput, SystemFailure
from points_app.errors.exchange import OrderStateRefused, OrderUnknown
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.exchange import OrdersQuery
from points_app.http.schemas.merchant_orders import CodeShown, Remark
from points_app.models.exchange import OrderStatus
from points_app.services.accounts.authentication import Caller
from points_app.services.exchange import handover
from points_app.services.exchange import orders as service
from points_app.wire.exchange import orders as wire
from points_app.wire.exchange.orders import Collected

area = Area("counter", "/api/merchant", failure=SystemFailure)
REFUSALS = (OrderUnknown, OrderStateRefused)


@area.operation("GET", "/orders", Access.MERCHANT, wire.MerchantOrders, query=OrdersQuery)
def orders(caller: Caller, query: OrdersQuery) -> wire.MerchantOrders:
    """Everybody's orders, newest first; that somebody saw addresses is recorded."""
    return service.for_merchants(caller.user_id, query.slice, query.status)


@area.operation(
    "POST",
    "/orders/<order_id>/ship",
    Access.MERCHANT,
    wire.MerchantOrder,
    body=Remark,
    raises=REFUSALS,
)
def ship(caller: Caller, order_id: str, body: Remark) -> wire.MerchantOrder:
    """The goods are on their way."""
    return service.decide(caller.user_id, order_id, OrderStatus.SHIPPED, body.remark)


@area.operation(
    "POST",
    "/orders/<order_id>/complete",
    Access.MERCHANT,
    wire.MerchantOrder,
    body=Remark,
    raises=REFUSALS,
)
def complete(caller: Caller, order_id: str, body: Remark) -> wire.MerchantOrder:
    """The guest has the goods."""
    return service.decide(caller.user_id, order_id, OrderStatus.COMPLETED, body.remark)


@area.operation(
    "POST",
    "/orders/<order_id>/cancel",
    Access.MERCHANT,
    wire.MerchantOrder,
    body=Remark,
    raises=REFUSALS,
)
def cancel(caller: Caller, order_id: str, body: Remark) -> wire.MerchantOrder:
    """Call a pending order off: the guest's points and the stock return."""
    return service.decide(caller.user_id, order_id, OrderStatus.CANCELLED, body.remark)


@area.operation(
    "POST",
    "/verify",
    Access.MERCHANT,
    Collected,
    body=CodeShown,
    raises=(InvalidInput, *REFUSALS),
)
def verify(caller: Caller, body: CodeShown) -> Collected:
    """Hand over what a pickup or claim code stands for, once."""
    return handover.verify(caller.user_id, body.code)
