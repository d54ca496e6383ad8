"""Orders: points for goods."""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import bindparam, insert, select

from points_app.codes import new_code, new_id
from points_app.database.errors import TryAgain
from points_app.database.session import execute, runs_again, utcnow
from points_app.database.statements import Write
from points_app.errors.exchange import (
    InsufficientPointsForOrder,
    OrderCostChanged,
    OutOfStock,
    ProductUnknown,
)
from points_app.extensions import parts
from points_app.models.exchange import Order, OrderStatus, Product, ProductStatus
from points_app.models.points import Source
from points_app.services import locks
from points_app.services.exchange import catalogue_cache, stock
from points_app.services.idempotency import keyed_transaction
from points_app.services.pages import Page, page_of
from points_app.services.points import wallet
from points_app.wire.exchange import orders as wire

_NEW_ORDER = Write(insert(Order))
_PRODUCT = select(Product).where(Product.commodity_id == bindparam("product_id"))


class Wanted(NamedTuple):
    """What a guest orders, and what they were told that all of it costs, if they say."""

    product_id: int
    quantity: int = 1
    expected_cost: int | None = None


class Offer(NamedTuple):
    """A product's name and the points of one piece."""

    name: str
    price: int


@keyed_transaction
def redeem(user_id: int, wanted: Wanted, delivery_info: Any | None) -> wire.OrderPlaced:
    """Buy pieces of a product: charge, order and stock in one step.

    Locks the wallet, then the product; the product last and shortest, because it is the row that
    everybody wants in a flash sale. Raises ProductUnknown, OutOfStock, InsufficientPointsForOrder,
    OrderCostChanged.
    """
    product_id, quantity, _ = wanted
    offer = _offer(user_id, wanted)
    order_id, pickup_code, now = new_id("EX"), new_code(), utcnow()
    cost = offer.price * quantity
    charge = wallet.Entry(-cost, Source.EXCHANGE, order_id, f"兑换商品：{offer.name}")
    remaining = wallet.book(user_id, charge, shortfall=InsufficientPointsForOrder)
    order = {
        "user_id": user_id,
        "commodity_id": product_id,
        "order_id": order_id,
        "product_name": offer.name,
        "quantity": quantity,
        "points_cost": cost,
        "status": OrderStatus.PENDING.value,
        "pickup_code": pickup_code,
        "delivery_info": _seal_delivery(order_id, delivery_info),
        "exchange_time": now,
    }
    _NEW_ORDER.run(order)
    _take_stock(product_id, quantity, offer.price)
    return wire.order_placed(order, remaining)


def _offer(user_id: int, wanted: Wanted) -> Offer:
    """What is bought at which price.

    The catalogue says so without a query. When the row turns out to say something else, the
    transaction runs again and goes by the row, locked: a price that changes while many queue for
    the row costs each of them one more try, not all they have. Raises as `redeem` does.
    """
    if runs_again():
        locks.wallet(user_id)
        offer = _offer_of_the_row(wanted)
    else:
        item = catalogue_cache.current().items.get(wanted.product_id)
        if item is None or wanted.product_id in catalogue_cache.current().sold_out:
            _check_orderable(wanted.product_id, wanted.quantity)
            raise TryAgain
        offer = Offer(item.name, item.exchange_points)
    current = offer.price * wanted.quantity
    if wanted.expected_cost not in (None, current):
        if not runs_again():
            raise TryAgain
        raise OrderCostChanged(expected=wanted.expected_cost, current=current)
    return offer


def _offer_of_the_row(wanted: Wanted) -> Offer:
    row = _checked(locks.product(wanted.product_id), wanted.quantity)
    catalogue_cache.read_again(wanted.product_id)
    return Offer(row.name, row.exchange_points)


def _take_stock(product_id: int, quantity: int, price: int) -> None:
    """The catalogue may be older than this moment, so the row itself decides: its stock, status
    and price."""
    if not stock.sell(product_id, quantity, price):
        _check_orderable(product_id, quantity)
        raise TryAgain


def _check_orderable(product_id: int, quantity: int) -> None:
    """Ask the database about a product that the catalogue does not have, or not any more. If it can
    be ordered, the catalogue learns of it, and the caller runs again. Raises ProductUnknown,
    OutOfStock."""
    _checked(execute(_PRODUCT, {"product_id": product_id}).one_or_none(), quantity)
    catalogue_cache.read_again(product_id)


def _checked(row: Any, quantity: int) -> Any:
    """The product's row, if that many pieces can be ordered. Raises ProductUnknown, OutOfStock."""
    if row is None or row.status != ProductStatus.ACTIVE:
        raise ProductUnknown
    if row.stock < quantity:
        raise OutOfStock(available=row.stock, requested=quantity)
    return row


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
    rows, listed = page_of(query, Order.id, page)
    return {
        "records": [wire.order_record(order, parts.vault) for order, _ in rows],
        **listed,
    }
