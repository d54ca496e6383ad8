"""The catalogue and the orders."""

from typing import Annotated, Any, Protocol

import orjson
from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models import Order, OrderStatus, User
from points_app.wire.accounts.users import Customer, customer
from points_app.wire.formats import iso, iso_or_none, number
from points_app.wire.paging import Listed, Pagination
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


class OrderNotice(TypedDict):
    """What a guest's screen hears when an order changes its state."""

    order_id: str
    product_name: str
    quantity: int
    status: str
    remark: str | None
    completed_time: str | None


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


def order_notice(order: Order) -> OrderNotice:
    return {
        "order_id": order.order_id,
        "product_name": order.product_name,
        "quantity": order.quantity,
        "status": order.status,
        "remark": order.remark,
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
