"""Draws, orders and receipts from before the move, marked as such."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import func, insert, select, true

from points_app.codes import new_code
from points_app.database.session import execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.exchange import Order, Product
from points_app.models.lottery import Draw, Prize
from points_app.models.receipts import Receipt
from points_app.services.legacy import shop
from points_app.services.legacy.reading import Legacy, Row, moment, text
from points_app.services.legacy.report import Report

Convert = Callable[[Row], dict[str, Any]]


def draws(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the draws; where the first backend kept no draw id, each turn is a draw of its own."""
    sequence: Counter[str] = Counter(_draw_under_way() if write else {})

    def convert(row: Row) -> dict[str, Any]:
        draw_id = text(row.get("draw_id"), 50) or f"LEGACY{row['id']}"
        sequence[draw_id] += 1
        return {
            "id": row["id"],
            "draw_id": draw_id,
            "draw_sequence": sequence[draw_id],
            "user_id": row["user_id"],
            "prize_id": row["prize_id"],
            "prize_name": text(row["prize_name"], 100) or "",
            "prize_type": row["prize_type"],
            "prize_value": Decimal(str(row["prize_value"] or 0)),
            "angle": 0,
            "draw_type": row.get("draw_type") or "single",
            "is_near_miss": bool(row.get("is_near_miss")),
            "points_cost": max(0, int(row["points_cost"] or 0)),
            "created_at": moment(row.get("created_at")) or utcnow(),
            "imported": True,
        }

    yield from _move(legacy, report, write, "lottery_records", Draw, "id", convert)


def _draw_under_way() -> dict[str, int]:
    """The draw an interrupted import stopped in, and how many of its turns have moved."""
    last = execute(select(Draw.draw_id, Draw.draw_sequence).order_by(Draw.id.desc()).limit(1))
    return {row.draw_id: row.draw_sequence for row in last}


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

    yield from _move(legacy, report, write, "exchange_records", Order, "id", convert)
    if write:
        shop.open_stock()


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


def receipts(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the receipts; their pictures stay in the bucket under the keys they have."""

    def convert(row: Row) -> dict[str, Any]:
        upload_id = text(row.get("upload_id"), 50) or f"LEGACY{row['review_id']}"
        decided = row.get("review_status") in ("approved", "rejected")
        uploaded = moment(row.get("upload_time")) or utcnow()
        unknown = hashlib.sha256(f"legacy:{upload_id}".encode()).hexdigest()
        return {
            "review_id": row["review_id"],
            "upload_id": upload_id,
            "user_id": row["user_id"],
            "object_key": _object_key(row.get("image_url"), upload_id),
            "is_stored": True,
            "sha256": unknown,
            "pixel_sha256": unknown,
            "perceptual_hash": "0" * 64,
            "input_amount": row.get("input_amount"),
            "recognized_amount": row.get("recognized_amount"),
            "match_status": row.get("match_status") or "unclear",
            "points_awarded": max(0, int(row.get("points_awarded") or 0)),
            "flags": [],
            "rules": [],
            "processing_status": "done",
            "processing_attempts": 0,
            "review_status": row["review_status"] if decided else "pending",
            "review_reason": text(row.get("review_reason"), 500),
            "upload_time": uploaded,
            "review_time": (moment(row.get("review_time")) or uploaded) if decided else None,
            "imported": decided,
        }

    yield from _move(legacy, report, write, "photo_reviews", Receipt, "review_id", convert)


def _object_key(url: Any, upload_id: str) -> str:
    """The key within the bucket: the path of a URL, without the bucket's name in front."""
    path = urlsplit(str(url or "")).path.lstrip("/")
    bucket = parts.settings.sealos_bucket
    if bucket and path.startswith(f"{bucket}/"):
        path = path[len(bucket) + 1 :]
    return path[:255] or f"legacy/{upload_id}.jpg"


def _move(
    legacy: Legacy,
    report: Report,
    write: bool,
    name: str,
    model: Any,
    key: str,
    convert: Convert,
) -> Iterator[int]:
    """Move the rows whose guest, who is not erased, and prize or product have moved."""
    table = model.__table__
    last = execute(select(func.coalesce(func.max(table.c[key]), 0))).scalar_one() if write else 0
    for rows in legacy.batches(name, key, last):
        fit = _with_parents(rows, name, key, report) if write else rows
        if write and fit:
            _insert(table, [convert(row) for row in fit])
        yield len(fit)


def _with_parents(rows: Sequence[Row], name: str, key: str, report: Report) -> list[Row]:
    parents = {"user_id": User.user_id, "prize_id": Prize.prize_id}
    parents["commodity_id"] = Product.commodity_id
    lives = {"user_id": User.erased_at.is_(None)}
    fit = list(rows)
    for column, known in parents.items():
        if column not in rows[0]:
            continue
        wanted = {row[column] for row in fit}
        found = select(known).where(known.in_(wanted), lives.get(column, true()))
        there = set(execute(found).scalars())
        for row in fit:
            if row[column] not in there:
                gone = f"{column} {row[column]} did not move in, or was erased"
                report.trouble(f"{name} {row[key]}: its {gone}")
        fit = [row for row in fit if row[column] in there]
    return fit


@transactional
def _insert(table: Any, rows: list[dict[str, Any]]) -> None:
    execute(insert(table), rows)
