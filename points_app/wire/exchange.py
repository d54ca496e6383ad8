"""The catalogue and the orders."""

from typing import Any, Protocol

import orjson
from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models import Order, User
from points_app.wire.accounts import Customer, customer
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, iso_or_none, number


class ProductShape(TypedDict):
    id: int
    name: str
    description: str
    category: str
    exchange_points: int
    points_cost: int
    stock: int
    image: str | None
    is_hot: bool
    rating: float
    sales_count: int
    status: str


class ProductList(TypedDict):
    products: list[ProductShape]
    pagination: Pagination


class Category(TypedDict):
    name: str
    count: int


class Categories(TypedDict):
    categories: list[Category]


class OrderPlaced(TypedDict):
    order_id: str
    product_name: str
    quantity: int
    points_cost: int
    remaining_points: int
    status: str
    pickup_code: str
    exchange_time: str


class OrderRecord(TypedDict):
    id: int
    order_id: str
    commodity_id: int
    product_name: str
    quantity: int
    points_cost: int
    status: str
    delivery_info: Any
    pickup_code: str
    remark: str | None
    exchange_time: str
    completed_time: str | None


class OrderDetail(OrderRecord):
    """`pickup_qr` is the pickup code as a picture (data: URL) while it can still be used."""

    pickup_qr: str | None


class MerchantOrder(TypedDict):
    """An order as the shop sees it: with its buyer, without the code that only the buyer has.
    `delivery_info` is null a while after the order was completed or cancelled."""

    id: int
    order_id: str
    user_id: int
    user_info: Customer
    commodity_id: int
    product_name: str
    quantity: int
    points_cost: int
    status: str
    delivery_info: Any
    remark: str | None
    exchange_time: str
    completed_time: str | None


class MerchantOrders(TypedDict):
    orders: list[MerchantOrder]
    pagination: Pagination


class OrderRecords(TypedDict):
    records: list[OrderRecord]
    pagination: Pagination


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
