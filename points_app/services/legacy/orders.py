"""Orders from before the move, marked as such."""

from collections.abc import Iterator
from typing import Any

import orjson

from points_app.codes import new_code
from points_app.database.session import utcnow
from points_app.extensions import parts
from points_app.models.exchange import Order
from points_app.services.legacy import products
from points_app.services.legacy.moving import move
from points_app.services.legacy.reading import Legacy, Row, moment, text
from points_app.services.legacy.report import Report


def orders(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the orders; each gets a pickup code, and its delivery information is sealed."""

    def convert(row: Row) -> dict[str, Any]:
        order = Order(order_id=text(row["order_id"], 50) or f"LEGACY{row['id']}")
        delivery = _as_json(row.get("delivery_info"))
        sealed = parts.vault.seal(delivery, order.delivery_row) if delivery else None
        return {
            "id": row["id"],
            "user_id": row["user_id"],
            "commodity_id": row["commodity_id"],
            "order_id": order.order_id,
            "product_name": text(row["product_name"], 100) or "",
            "quantity": max(1, int(row["quantity"] or 1)),
            "points_cost": max(1, int(row["points_cost"] or 1)),
            "status": row["status"],
            "pickup_code": new_code(),
            "delivery_info": sealed,
            "remark": text(row.get("remark"), 255),
            "exchange_time": moment(row.get("exchange_time")) or utcnow(),
            "completed_time": moment(row.get("completed_time")),
            "imported": True,
        }

    yield from move(legacy, report, write, "exchange_records", Order, "id", convert)
    if write:
        products.open_stock()


def _as_json(value: Any) -> str | None:
    """Delivery information as JSON text: it came as an object, as JSON text, or as plain text."""
    if value in (None, "", {}):
        return None
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return orjson.dumps(value).decode()
    return value
