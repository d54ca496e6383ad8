"""The catalogue and the orders: points for goods."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, Select, func, insert, select

from points_app import events
from points_app.codes import new_code, new_id
from points_app.db import TryAgain, add_counted, db, execute, transactional, utcnow
from points_app.errors import InsufficientPointsForOrder, OutOfStock, ProductUnknown
from points_app.extensions import parts
from points_app.models import Order, OrderStatus, Product, Source
from points_app.services import locks, wallet
from points_app.services.idempotency import idempotent
from points_app.wire import exchange as wire
from points_app.wire.paging import Page, pagination
from points_app.wire.times import iso

PRODUCTS = Product.__table__
ORDERS = Order.__table__
SORTABLE = {
    name: PRODUCTS.c[name]
    for name in ("sort_order", "exchange_points", "stock", "sales_count", "rating", "created_at")
}
ALL_CATEGORIES = frozenset({"全部", "all"})


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products, in which order; None filters nothing."""

    category: str | None = None
    min_points: int | None = None
    max_points: int | None = None
    stock_status: str | None = None
    sort_by: str = "sort_order"
    descending: bool = False


def products(wanted: ProductFilter, page: Page) -> wire.ProductList:
    """A page of the active products. Ties are broken by id, in the direction of the sort, so that
    an index serves the order and pages neither repeat nor skip a row."""
    matching = _matching(wanted)
    total = execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    keys = (SORTABLE[wanted.sort_by], PRODUCTS.c.commodity_id)
    order = [key.desc() if wanted.descending else key.asc() for key in keys]
    rows = execute(matching.order_by(*order).limit(page.limit).offset(page.offset))
    return {"products": [wire.product(row) for row in rows], "pagination": pagination(page, total)}


def product(product_id: int) -> wire.ProductShape:
    """One active product. Raises ProductUnknown."""
    row = execute(select(PRODUCTS).where(PRODUCTS.c.commodity_id == product_id)).one_or_none()
    if row is None or row.status != "active":
        raise ProductUnknown
    return wire.product(row)


def _matching(wanted: ProductFilter) -> Select[Any]:
    query = select(PRODUCTS).where(PRODUCTS.c.status == "active")
    if wanted.category and wanted.category not in ALL_CATEGORIES:
        query = query.where(PRODUCTS.c.category == wanted.category)
    if wanted.min_points is not None:
        query = query.where(PRODUCTS.c.exchange_points >= wanted.min_points)
    if wanted.max_points is not None:
        query = query.where(PRODUCTS.c.exchange_points <= wanted.max_points)
    if wanted.stock_status == "in_stock":
        query = query.where(PRODUCTS.c.stock > 0)
    elif wanted.stock_status == "out_of_stock":
        query = query.where(PRODUCTS.c.stock == 0)
    return query


@transactional
@idempotent
def redeem(
    user_id: int, product_id: int, quantity: int, delivery_info: Any | None
) -> wire.OrderPlaced:
    """Buy `quantity` pieces: charge, order and stock in one step.

    Locks the wallet, then the product; the product late, because it is the row that everybody
    wants in a flash sale. Raises ProductUnknown, OutOfStock, InsufficientPointsForOrder.
    """
    product = _orderable(product_id, quantity)
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
    _take_stock(product, quantity)
    execute(insert(ORDERS), order)
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


def _orderable(product_id: int, quantity: int) -> Row[Any]:
    """The product as it looks without a lock; `_take_stock` finds out if that changed."""
    product = execute(select(PRODUCTS).where(PRODUCTS.c.commodity_id == product_id)).one_or_none()
    if product is None or product.status != "active":
        raise ProductUnknown
    if product.stock < quantity:
        raise OutOfStock(available=product.stock, requested=quantity)
    return product


def _take_stock(product: Row[Any], quantity: int) -> None:
    """Raises TryAgain when the product was sold out, hidden or repriced in the meantime: the second
    run sees it as it is now and answers accordingly.

    Before the order is written: its foreign key locks the product too, but shared, and two buyers
    who both hold that would wait for each other here.
    """
    locks.reach(locks.Rank.INVENTORY, ("product", product.commodity_id))
    guards = (
        PRODUCTS.c.stock >= quantity,
        PRODUCTS.c.status == "active",
        PRODUCTS.c.exchange_points == product.exchange_points,
    )
    stock = add_counted(
        PRODUCTS.c.stock,
        PRODUCTS.c.stock_version,
        product.commodity_id,
        -quantity,
        *guards,
        sales_count=PRODUCTS.c.sales_count + quantity,
    )
    if stock is None:
        raise TryAgain
    events.stock_update(product.commodity_id, *stock, "purchase")


def _seal_delivery(order_id: str, delivery_info: Any | None) -> str | None:
    if delivery_info is None:
        return None
    row = Order(order_id=order_id).delivery_row
    return parts.vault.seal(orjson.dumps(delivery_info).decode(), row)


def records(user_id: int, page: Page, status: str | None) -> wire.OrderRecords:
    """A guest's orders, newest first."""
    query = select(Order).where(Order.user_id == user_id)
    if status:
        query = query.where(Order.status == status)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(query.order_by(Order.id.desc()).limit(page.limit).offset(page.offset))
    return {
        "records": [wire.order_record(order, parts.vault) for order in rows],
        "pagination": pagination(page, total),
    }
