"""What guests' screens hear: the `data` of each kind of notice (docs/frontend.md)."""

from datetime import datetime

from typing_extensions import TypedDict

from points_app.models.exchange import Order
from points_app.models.lottery import Draw
from points_app.models.receipts import Receipt
from points_app.wire.formats import iso, iso_or_none


class PointsUpdate(TypedDict):
    """A balance changed."""

    user_id: int
    total_points: int
    """The balance after the change; of two changes that are announced late, after the newer."""
    change_points: int
    reason: str
    """The source of the points, as in the ledger."""
    timestamp: str
    operation_id: str
    """What caused it: a draw, an order, an upload, ..."""


class StockUpdate(TypedDict):
    """A product's stock changed."""

    product_id: int
    stock: int
    operation: str
    """`purchase`, `restock` or `admin_adjust`."""
    timestamp: str


class ReviewResult(TypedDict):
    """A receipt was decided on."""

    upload_id: str
    status: str
    points_awarded: int
    review_reason: str | None
    timestamp: str


class OrderUpdate(TypedDict):
    """An order was shipped, handed over or called off."""

    order_id: str
    product_name: str
    quantity: int
    status: str
    remark: str | None
    completed_time: str | None
    timestamp: str


class PrizeUpdate(TypedDict):
    """A prize was handed out."""

    id: int
    draw_id: str
    prize_name: str
    status: str
    claimed_at: str
    timestamp: str


def review_result(receipt: Receipt) -> ReviewResult:
    """Raises AssertionError for a receipt that waits for its decision."""
    assert receipt.review_time is not None
    return {
        "upload_id": receipt.upload_id,
        "status": receipt.review_status,
        "points_awarded": receipt.points_awarded,
        "review_reason": receipt.review_reason,
        "timestamp": iso(receipt.review_time),
    }


def order_update(order: Order, now: datetime) -> OrderUpdate:
    return {
        "order_id": order.order_id,
        "product_name": order.product_name,
        "quantity": order.quantity,
        "status": order.status,
        "remark": order.remark,
        "completed_time": iso_or_none(order.completed_time),
        "timestamp": iso(now),
    }


def prize_update(draw: Draw, now: datetime) -> PrizeUpdate:
    """Raises AssertionError for a prize nobody claimed yet."""
    assert draw.status is not None and draw.claimed_at is not None
    return {
        "id": draw.id,
        "draw_id": draw.draw_id,
        "prize_name": draw.prize_name,
        "status": draw.status,
        "claimed_at": iso(draw.claimed_at),
        "timestamp": iso(now),
    }
