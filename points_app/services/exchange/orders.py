"""What becomes of an order: collected, shipped, completed, or cancelled and paid back."""

from datetime import timedelta

from sqlalchemy import Select, select

from points_app.codes import qr_picture
from points_app.database.session import db, transactional, utcnow
from points_app.errors.exchange import OrderStateRefused, OrderUnknown
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.exchange import Order, OrderStatus
from points_app.models.points import Source
from points_app.notices import events
from points_app.services import locks
from points_app.services.audit import trail, viewings
from points_app.services.exchange import inventory
from points_app.services.pages import Page, page_of_all
from points_app.services.points import wallet
from points_app.services.settings.business import business
from points_app.wire.exchange import orders as wire

PENDING, SHIPPED = OrderStatus.PENDING, OrderStatus.SHIPPED
COMPLETED, CANCELLED = OrderStatus.COMPLETED, OrderStatus.CANCELLED
CLOSED = frozenset({COMPLETED, CANCELLED})
# Which states lead to a state.
BEFORE = {SHIPPED: {PENDING}, COMPLETED: {PENDING, SHIPPED}, CANCELLED: {PENDING}}


def record(user_id: int, order_id: str) -> wire.OrderDetail:
    """One of the guest's own orders, with its code as a picture. Raises OrderUnknown."""
    order = db.session.scalar(_own(user_id, order_id))
    if order is None:
        raise OrderUnknown
    is_waiting = order.status in BEFORE[COMPLETED]
    picture = qr_picture(order.pickup_code) if is_waiting else None
    return {**wire.order_record(order, parts.vault), "pickup_qr": picture}


def _own(user_id: int, order_id: str) -> Select[Order]:
    return select(Order).where(Order.order_id == order_id, Order.user_id == user_id)


@transactional
def cancel(user_id: int, order_id: str) -> wire.OrderRecord:
    """The guest takes a pending order back: points and stock return.

    Locks the order, the wallet, the product. Raises OrderUnknown, OrderStateRefused, UserGone.
    """
    order = locked(_own(user_id, order_id))
    locks.account(user_id)
    _cancel(order)
    return wire.order_record(order, parts.vault)


def for_merchants(merchant_id: int, page: Page, status: str | None) -> wire.MerchantOrders:
    """Everybody's orders, newest first; whose addresses were shown is recorded."""
    query = select(Order, User).join(User, User.user_id == Order.user_id)
    if status:
        query = query.where(Order.status == status)
    rows, listed = page_of_all(query, Order.id, page)
    orders = [_as_merchants_see(order, buyer) for order, buyer, _ in rows]
    with_address = [each["order_id"] for each in orders if each["delivery_info"] is not None]
    viewings.record_list(merchant_id, "order.list", "orders", with_address)
    return {"orders": orders, **listed}


@transactional
def decide(
    merchant_id: int, order_id: str, status: OrderStatus, remark: str | None
) -> wire.MerchantOrder:
    """Ship, complete or cancel an order. `remark` (a parcel number, a reason) is kept with it.

    Locks the order; to cancel also the wallet and the product. Raises OrderUnknown,
    OrderStateRefused.
    """
    order = locked(select(Order).where(Order.order_id == order_id))
    if remark is not None:
        order.remark = remark
    if status == CANCELLED:
        _cancel(order)
    else:
        advance(order, status)
    details = {"status": status.value, "remark": remark}
    trail.record(merchant_id, f"order.{status.value}", f"order:{order_id}", details)
    return as_merchants_see(order)


def locked(query: Select[Order]) -> Order:
    """The order, locked. Raises OrderUnknown."""
    order = locks.document(query)
    if order is None:
        raise OrderUnknown
    return order


def advance(order: Order, status: OrderStatus) -> None:
    """Move a locked order on, which the guest hears. Raises OrderStateRefused."""
    if order.status not in BEFORE[status]:
        raise OrderStateRefused(status=order.status)
    order.status = status.value
    if status == COMPLETED:
        order.completed_time = utcnow()
    db.session.flush()
    events.order_update(order)


def _cancel(order: Order) -> None:
    """The points return, except to an account that was erased: nobody is there to have them."""
    advance(order, CANCELLED)
    buyer = locks.wallet(order.user_id)
    assert buyer is not None
    order.points_forfeited = buyer.erased_at is not None
    db.session.flush()
    if not order.points_forfeited:
        refund = wallet.Entry(
            order.points_cost,
            Source.EXCHANGE_REFUND,
            order.order_id,
            f"取消兑换：{order.product_name}",
        )
        wallet.book(order.user_id, refund)
    inventory.give_back(order.commodity_id, order.quantity)


def as_merchants_see(order: Order) -> wire.MerchantOrder:
    """The order with its buyer."""
    return _as_merchants_see(order, db.session.get_one(User, order.user_id))


def _as_merchants_see(order: Order, buyer: User) -> wire.MerchantOrder:
    return wire.merchant_order(order, buyer, parts.vault, with_address=not _is_long_closed(order))


def _is_long_closed(order: Order) -> bool:
    """Whether nobody needs its address any more; it is deleted soon (privacy/retention.py)."""
    closed_at = order.completed_time or order.exchange_time
    kept = timedelta(days=business().delivery_info_days)
    return order.status in CLOSED and closed_at < utcnow() - kept
