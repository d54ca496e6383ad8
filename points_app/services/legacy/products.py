"""The catalogue, with the stock as it stands."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from points_app.database.session import execute, transactional, utcnow
from points_app.models.exchange import Order, OrderStatus, Product, StockMovement
from points_app.services.legacy.moving import last_moved
from points_app.services.legacy.reading import Legacy, Row, moment, text
from points_app.services.legacy.report import Report


def products(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the catalogue with the stock as it stands; `open_stock` completes it."""
    last = last_moved(Product.commodity_id) if write else 0
    for rows in legacy.batches("commodity_pool", "commodity_id", last):
        for row in rows:
            if int(row["stock"] or 0) < 0:
                report.trouble(f"commodity_pool {row['commodity_id']}: negative stock becomes 0")
        if write:
            _insert_products(rows)
        yield len(rows)


@transactional
def _insert_products(rows: Sequence[Row]) -> None:
    execute(insert(Product), [_product(row) for row in rows])


@transactional
def open_stock() -> None:
    """Each product's first stock: what it has and what the live orders that moved in took.

    Called when the orders have moved; those of guests who stayed behind are in no book.
    """
    orders, movements = Order.__table__.c, StockMovement.__table__
    live = (orders.commodity_id == Product.commodity_id, orders.status != OrderStatus.CANCELLED)
    taken = select(func.coalesce(func.sum(orders.quantity), 0)).where(*live).scalar_subquery()
    known = select(movements.c.id).where(movements.c.commodity_id == Product.commodity_id)
    query = select(Product.commodity_id, Product.created_at, Product.stock + taken)
    first = [
        {"commodity_id": key, "operation": "first", "change": int(change), "created_at": created}
        for key, created, change in execute(query.where(~known.exists()))
    ]
    if first:
        execute(insert(movements), first)


def _product(row: Row) -> dict[str, Any]:
    created = moment(row.get("created_at")) or utcnow()
    return {
        "commodity_id": row["commodity_id"],
        "name": text(row["name"], 100),
        "description": row.get("description") or "",
        "category": text(row.get("category"), 50) or "其他",
        "exchange_points": int(row["exchange_points"]),
        "stock": max(0, int(row["stock"] or 0)),
        "image": text(row.get("image"), 255),
        "status": row.get("status") or "active",
        "is_hot": bool(row.get("is_hot")),
        "sort_order": int(row.get("sort_order") or 0),
        "rating": Decimal(str(row.get("rating") or 5)),
        "sales_count": max(0, int(row.get("sales_count") or 0)),
        "created_at": created,
        "updated_at": moment(row.get("updated_at")) or created,
    }
