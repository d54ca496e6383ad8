"""The state of the whole installation in figures.

A beat task gathers them and leaves them in Redis, so that a scrape costs no query however many web
processes there are, and nothing here is ever on a guest's way.
"""

import time
from datetime import datetime
from typing import Any

import orjson
from redis import RedisError
from sqlalchemy import func, select, text

from points_app import jobs
from points_app.clients.storage.base import StorageError
from points_app.database.session import db, execute, utcnow
from points_app.exposition import Row
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.exchange import Product, ProductStatus
from points_app.models.lottery import Prize, PrizeStatus
from points_app.models.points import ProofRun
from points_app.models.receipts import ProcessingStatus, Receipt, ReviewStatus
from points_app.services.operations import backup
from points_app.services.receipts import auto_review

KEY = "figures"
KEPT_SECONDS = 3600
LOW_STOCK_LISTED = 50
READ_WINDOW_SECONDS = 3600
_UNREAD = (ProcessingStatus.QUEUED, ProcessingStatus.PROCESSING)


def gather() -> int:
    """Gather every figure and leave it in Redis; returns how many. Raises redis.RedisError."""
    rows = [*_guests(), *_reviews(), *_receipts(), *_products(), *_prizes(), *_books()]
    rows += [*_surroundings(), *_database()]
    kept = {"at": time.time(), "rows": rows}
    parts.redis.set(KEY, orjson.dumps(kept).decode(), ex=KEPT_SECONDS)
    return len(rows)


def latest() -> list[Row]:
    """The figures gathered last, with their age; none while there are none or Redis is gone."""
    try:
        kept = parts.redis.get(KEY)
    except RedisError:
        return []
    if not isinstance(kept, str):
        return []
    found = orjson.loads(kept)
    age: Row = ("points_figures_age_seconds", {}, time.time() - found["at"])
    return [*(tuple(row) for row in found["rows"]), age]


def _guests() -> list[Row]:
    query = select(func.count(), func.coalesce(func.sum(User.total_points), 0)).select_from(User)
    count, outstanding = execute(query).one()
    return [("points_guests", {}, count), ("points_outstanding", {}, float(outstanding))]


def _reviews() -> list[Row]:
    waiting = Receipt.review_status == ReviewStatus.PENDING
    count, oldest = execute(
        select(func.count(), func.min(Receipt.upload_time)).where(waiting)
    ).one()
    return [
        ("points_reviews_pending", {}, count),
        ("points_reviews_pending_oldest_seconds", {}, _age(oldest)),
    ]


def _receipts() -> list[Row]:
    unread = select(Receipt.processing_status, func.count(), func.min(Receipt.upload_time))
    unread = unread.where(Receipt.processing_status.in_(_UNREAD))
    found = {status: rest for status, *rest in execute(unread.group_by(Receipt.processing_status))}
    rows: list[Row] = []
    for status in _UNREAD:
        count, oldest = found.get(status, (0, None))
        labels = {"status": status.value}
        rows.append(("points_receipts_unread", labels, count))
        rows.append(("points_receipts_unread_oldest_seconds", labels, _age(oldest)))
    rate = auto_review.error_rate()
    if rate is not None:
        rows.append(("points_auto_approve_error_ratio", {}, rate))
    return rows + _receipts_read()


def _receipts_read() -> list[Row]:
    """By upload time, which is the order of the key: the newest rows and no others are read."""
    recent = select(Receipt.match_status, Receipt.upload_time)
    recent = recent.where(Receipt.processing_status == ProcessingStatus.DONE)
    newest = execute(recent.order_by(Receipt.review_id.desc()).limit(1000))
    counts: dict[str, int] = {"matched": 0, "mismatched": 0, "unclear": 0}
    for match_status, uploaded in newest:
        if _age(uploaded) <= READ_WINDOW_SECONDS:
            counts[match_status] += 1
    return [
        ("points_receipts_read_last_hour", {"match_status": status}, count)
        for status, count in counts.items()
    ]


def _products() -> list[Row]:
    active = Product.status == ProductStatus.ACTIVE.value
    sold_out = execute(select(func.count()).where(active, Product.stock == 0)).scalar_one()
    lowest = select(Product.commodity_id, Product.name, Product.stock).where(active)
    lowest = lowest.order_by(Product.stock, Product.commodity_id).limit(LOW_STOCK_LISTED)
    listed = [
        ("points_stock", {"product_id": str(key), "product": name}, stock)
        for key, name, stock in execute(lowest)
    ]
    return [("points_products_sold_out", {}, sold_out), *listed]


def _prizes() -> list[Row]:
    active = select(Prize.prize_id, Prize.prize_name, Prize.probability)
    return [
        ("points_prize_probability", {"prize_id": str(key), "prize": name}, float(probability))
        for key, name, probability in execute(
            active.where(Prize.status == PrizeStatus.ACTIVE.value)
        )
    ]


def _books() -> list[Row]:
    query = select(ProofRun.started_at, ProofRun.offender_count).order_by(ProofRun.id.desc())
    run = execute(query.limit(1)).one_or_none()
    if run is None:
        return []
    return [
        ("points_books_balanced", {}, float(run.offender_count == 0)),
        ("points_books_checked_seconds", {}, _age(run.started_at)),
    ]


def _surroundings() -> list[Row]:
    lengths: list[Any] = [parts.redis.llen(name) for name in jobs.LISTS]
    rows: list[Row] = [("points_queue_tasks", {}, sum(lengths))]
    try:
        used = parts.storage.used_ratio()
    except StorageError:
        used = None
    if used is not None:
        rows.append(("points_storage_used_ratio", {}, used))
    return rows


def _database() -> list[Row]:
    rows: list[Row] = []
    made = backup.last_made()
    if made is not None:
        rows.append(("points_backup_age_seconds", {}, _age(made)))
    if db.engine.dialect.name != "sqlite":
        size = text(
            "SELECT SUM(data_length + index_length + data_free) FROM information_schema.tables"
            " WHERE table_schema = DATABASE()"
        )
        rows.append(("points_database_bytes", {}, float(execute(size).scalar_one() or 0)))
    return rows


def _age(moment: datetime | None) -> float:
    return (utcnow() - moment).total_seconds() if moment else 0.0
