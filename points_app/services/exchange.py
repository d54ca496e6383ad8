"""Orders: points for goods."""

from typing import Any

import orjson
from sqlalchemy import bindparam, insert, select

from points_app.codes import new_code, new_id
from points_app.db import TryAgain, execute, transactional, utcnow
from points_app.errors import InsufficientPointsForOrder, OutOfStock, ProductUnknown
from points_app.extensions import parts
from points_app.models import Order, OrderStatus, Product, Source
from points_app.services import catalogue, stock, wallet
from points_app.services.catalogue import Item
from points_app.services.idempotency import idempotent
from points_app.services.pages import page_of
from points_app.statements import Write
from points_app.wire import exchange as wire
from points_app.wire.paging import Page
from points_app.wire.times import iso

PRODUCTS = Product.__table__
ORDERS = Order.__table__
_NEW_ORDER = Write(insert(ORDERS))
_PRODUCT = select(PRODUCTS).where(PRODUCTS.c.commodity_id == bindparam("product_id"))


@transactional
@idempotent
def redeem(
    user_id: int, product_id: int, quantity: int, delivery_info: Any | None
) -> wire.OrderPlaced:
    """Buy `quantity` pieces: charge, order and stock in one step.

    Locks the wallet, then the product; the product last and shortest, because it is the row that
    everybody wants in a flash sale. Raises ProductUnknown, OutOfStock, InsufficientPointsForOrder.
    """
    product = catalogue.current().items.get(product_id)
    if product is None or product_id in catalogue.current().sold_out:
        _check_orderable(product_id, quantity)
        raise TryAgain
    order_id, pickup_code, now = new_id("EX"), new_code(), utcnow()
    cost = product.exchange_points * quantity
    charge = wallet.Entry(-cost, Source.EXCHANGE, order_id, f"兑换商品：{product.name}")
    remaining = wallet.book(user_id, charge, shortfall=InsufficientPointsForOrder)
    order = {
        "user_id": user_id,
        "commodity_id": product_id,
        "order_id": order_id,
        "product_name": product.name,
        "quantity": quantity,
        "points_cost": cost,
        "status": OrderStatus.PENDING.value,
        "pickup_code": pickup_code,
        "delivery_info": _seal_delivery(order_id, delivery_info),
        "exchange_time": now,
    }
    _NEW_ORDER.run(order)
    _take_stock(product, quantity)
    return {
        "order_id": order_id,
        "product_name": product.name,
        "quantity": quantity,
        "points_cost": cost,
        "remaining_points": remaining,
        "status": OrderStatus.PENDING.value,
        "pickup_code": pickup_code,
        "exchange_time": iso(now),
    }


def _take_stock(product: Item, quantity: int) -> None:
    """The catalogue may be older than this moment, so the row itself decides: its stock, status
    and price."""
    if not stock.sell(product.product_id, quantity, product.exchange_points):
        _check_orderable(product.product_id, quantity)
        raise TryAgain


def _check_orderable(product_id: int, quantity: int) -> None:
    """Whether the database itself has what the catalogue has not, or no longer. If so the next try
    sees it. Raises ProductUnknown, OutOfStock."""
    row = execute(_PRODUCT, {"product_id": product_id}).one_or_none()
    if row is None or row.status != "active":
        raise ProductUnknown
    if row.stock < quantity:
        raise OutOfStock(available=row.stock, requested=quantity)
    catalogue.read_again(product_id)


def _seal_delivery(order_id: str, delivery_info: Any | None) -> str | None:
    if delivery_info is None:
        return None
    row = Order(order_id=order_id).delivery_row
    return parts.vault.seal(orjson.dumps(delivery_info).decode(), row)


def records(user_id: int, page: Page, status: str | None) -> wire.OrderRecords:
    """A guest's orders, newest first."""
    query = select(Order).where(Order.user_id == user_id).order_by(Order.id.desc())
    if status:
        query = query.where(Order.status == status)
    rows, pagination = page_of(query, page)
    return {
        "records": [wire.order_record(order, parts.vault) for order in rows.scalars()],
        "pagination": pagination,
    }
