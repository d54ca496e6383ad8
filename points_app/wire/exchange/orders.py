"""Orders, and what a code at the till stands for."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models.accounts import User
from points_app.models.exchange import Order, OrderStatus
from points_app.wire.accounts.users import Customer, customer
from points_app.wire.formats import iso, iso_or_none
from points_app.wire.lottery.claims import ClaimedPrize
from points_app.wire.paging import Listed
from points_app.wire.values import one_of


class OrderPlaced(TypedDict):
    order_id: str
    """The order's id."""
    product_name: str
    """The product's name when it was ordered."""
    quantity: int
    """Pieces."""
    points_cost: int
    """Points paid for the whole order."""
    remaining_points: int
    """The balance after it, in points."""
    status: Annotated[str, one_of(*OrderStatus)]
    """What has become of the order."""
    pickup_code: str
    """What the guest shows at the counter, ten letters and digits."""
    exchange_time: str
    """When it was ordered (UTC)."""


class OrderRecord(TypedDict):
    id: int
    """The order's number, rising with time."""
    order_id: str
    """The order's id, in addresses and to the guest."""
    commodity_id: int
    """The product's number."""
    product_name: str
    """The product's name when it was ordered."""
    quantity: int
    """Pieces."""
    points_cost: int
    """Points paid for the whole order."""
    status: Annotated[str, one_of(*OrderStatus)]
    """What has become of the order."""
    delivery_info: Any
    """Where it goes, as it was sent with the order; null without one, and when it has been
    deleted."""
    pickup_code: str
    """What the guest shows at the counter, ten letters and digits."""
    remark: str | None
    """The shop's word about it, such as a parcel number; null without one."""
    exchange_time: str
    """When it was ordered (UTC)."""
    completed_time: str | None
    """When it was handed over (UTC); null until then."""


class OrderDetail(OrderRecord):
    pickup_qr: str | None
    """The pickup code as a picture (data: URL); null when it cannot be used any more."""


class MerchantOrder(TypedDict):
    """An order as the shop sees it: with its buyer, without the code that only the buyer has."""

    id: int
    """The order's number, rising with time."""
    order_id: str
    """The order's id, in addresses and to the guest."""
    user_id: int
    """The buyer's account number."""
    user_info: Customer
    """The buyer."""
    commodity_id: int
    """The product's number."""
    product_name: str
    """The product's name when it was ordered."""
    quantity: int
    """Pieces."""
    points_cost: int
    """Points paid for the whole order."""
    status: Annotated[str, one_of(*OrderStatus)]
    """What has become of the order."""
    delivery_info: Any
    """Where it goes, as it was sent with the order; null without one, and a while after the order
    was completed or cancelled."""
    remark: str | None
    """The shop's word about it, such as a parcel number; null without one."""
    exchange_time: str
    """When it was ordered (UTC)."""
    completed_time: str | None
    """When it was handed over (UTC); null until then."""


class MerchantOrders(Listed):
    orders: list[MerchantOrder]
    """The orders of this page, newest first."""


class OrderRecords(Listed):
    records: list[OrderRecord]
    """The orders of this page, newest first."""


class Collected(TypedDict):
    """What a code stood for."""

    type: Annotated[str, one_of("order", "prize")]
    """What was handed over."""
    order: MerchantOrder | None
    """The order, now completed; null for a prize."""
    prize: ClaimedPrize | None
    """The prize, now claimed; null for an order."""


def order_placed(order: Mapping[str, Any], remaining: int) -> OrderPlaced:
    """The answer to the order whose row this is; `remaining` is the balance after it."""
    return {
        "order_id": order["order_id"],
        "product_name": order["product_name"],
        "quantity": order["quantity"],
        "points_cost": order["points_cost"],
        "remaining_points": remaining,
        "status": order["status"],
        "pickup_code": order["pickup_code"],
        "exchange_time": iso(order["exchange_time"]),
    }


def order_record(order: Order, vault: Vault) -> OrderRecord:
    return {
        "id": order.id,
        "order_id": order.order_id,
        "commodity_id": order.commodity_id,
        "product_name": order.product_name,
        "quantity": order.quantity,
        "points_cost": order.points_cost,
        "status": order.status,
        "delivery_info": _delivery_info(order, vault),
        "pickup_code": order.pickup_code,
        "remark": order.remark,
        "exchange_time": iso(order.exchange_time),
        "completed_time": iso_or_none(order.completed_time),
    }


def merchant_order(order: Order, buyer: User, vault: Vault, *, with_address: bool) -> MerchantOrder:
    return {
        "id": order.id,
        "order_id": order.order_id,
        "user_id": order.user_id,
        "user_info": customer(buyer, vault),
        "commodity_id": order.commodity_id,
        "product_name": order.product_name,
        "quantity": order.quantity,
        "points_cost": order.points_cost,
        "status": order.status,
        "delivery_info": _delivery_info(order, vault) if with_address else None,
        "remark": order.remark,
        "exchange_time": iso(order.exchange_time),
        "completed_time": iso_or_none(order.completed_time),
    }


def _delivery_info(order: Order, vault: Vault) -> Any:
    sealed = order.delivery_info
    return orjson.loads(vault.open(sealed, order.delivery_row)) if sealed else None
