"""What the outside world hears, and only after the commit.

Each function is called inside a transaction; the notice leaves when it is committed. A Redis that
is gone or full loses notices, never data: whom they were for is told to read again.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import current_app
from redis import Redis, RedisError

from points_app.database.session import after_commit, utcnow
from points_app.extensions import parts
from points_app.models.exchange import Order
from points_app.models.lottery import Draw
from points_app.models.receipts import Receipt
from points_app.notices import channels
from points_app.notices.publisher import Notice
from points_app.wire import notices as wire
from points_app.wire.formats import iso
from points_app.wire.notices import PointsUpdate, StockUpdate
from points_app.wire.receipts.uploads import UploadAnswer

log = logging.getLogger(__name__)

Data = (
    PointsUpdate
    | StockUpdate
    | wire.ReviewResult
    | wire.OrderUpdate
    | wire.PrizeUpdate
    | UploadAnswer
)


def points_update(
    user_id: int,
    *,
    total_points: int,
    change_points: int,
    reason: str,
    operation_id: str,
    version: int,
) -> None:
    """A balance changed; `total_points` is the balance after it, and `version` the number of the
    booking: one that is announced after a later one names the balance of the later."""
    data: PointsUpdate = {
        "user_id": user_id,
        "total_points": total_points,
        "change_points": change_points,
        "reason": reason,
        "timestamp": iso(utcnow()),
        "operation_id": operation_id,
    }
    message = _message("points_update", data)
    _later(
        f"{channels.USER}{user_id}",
        lambda redis: channels.publish_balance(redis, user_id, message, version),
    )


def stock_update(product_id: int, stock: int, version: int, operation: str) -> None:
    """A product's stock changed by a `purchase`, a `restock` or an `admin_adjust`.

    `version` is the number of this change (services/exchange/stock.py): whatever is announced late
    after a newer one is left out.
    """
    data: StockUpdate = {
        "product_id": product_id,
        "stock": stock,
        "operation": operation,
        "timestamp": iso(utcnow()),
    }
    message = _message("stock_update", data)
    _later(
        f"{channels.PRODUCT}{product_id}",
        lambda redis: channels.publish_product(redis, product_id, message, version),
    )


def review_result(receipt: Receipt) -> None:
    """A receipt was decided on."""
    _to_user(receipt.user_id, _message("review_result", wire.review_result(receipt)))


def receipt_processed(user_id: int, data: UploadAnswer) -> None:
    """A receipt was read; `data` is what its upload is answered with now."""
    _to_user(user_id, _message("receipt_processed", data))


def order_update(order: Order) -> None:
    """A guest's order was shipped, handed over or called off."""
    _to_user(order.user_id, _message("order_update", wire.order_update(order, utcnow())))


def prize_update(draw: Draw) -> None:
    """A guest's prize was handed out."""
    _to_user(draw.user_id, _message("prize_update", wire.prize_update(draw, utcnow())))


def close_sockets(*, user_id: int | None = None, session_id: str | None = None) -> None:
    """Close a user's or a session's sockets: they were banned or logged out."""
    target = {"close_user": user_id} if user_id is not None else {"close_session": session_id}
    control = {**target, "code": 4401, "reason": "session ended"}
    _later(None, lambda redis: channels.publish_control(redis, control))


def _message(kind: str, data: Data) -> dict[str, Any]:
    return {"type": kind, "data": data}


def _to_user(user_id: int, message: dict[str, Any]) -> None:
    channel = f"{channels.USER}{user_id}"
    _later(channel, lambda redis: channels.publish_user(redis, user_id, message))


def _later(channel: str | None, publish: Callable[[Redis], Any]) -> None:
    """After the commit: by the publisher of the web app, which commands load too; in the worker,
    where nobody waits, at once."""
    notice = Notice(channel, publish)
    after_commit(lambda: _send(notice))


def _send(notice: Notice) -> None:
    publisher = current_app.extensions.get("publisher")
    if publisher is not None:
        publisher.send(notice)
        return
    try:
        notice.publish(parts.redis)
    except RedisError as error:
        log.warning("notices_lost", extra={"error": type(error).__name__, "notices": 1})
        if notice.channel is not None:
            _tell_to_read_again(notice.channel)


def _tell_to_read_again(channel: str) -> None:
    """A Redis that is only full takes this. One that is gone makes every relay say it by itself."""
    with suppress(RedisError):
        channels.publish_resync(parts.redis, channel)
