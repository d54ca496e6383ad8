"""What clients report about themselves: figures and errors."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from points_app.db import execute, transactional, utcnow
from points_app.models import ErrorLog, PerformanceMetric

KEPT = {PerformanceMetric: timedelta(days=90), ErrorLog: timedelta(days=180)}
MAX_MESSAGE = 2048
MAX_STACK = 16 * 1024
PURGE_BATCH = 1000


@transactional
def record_performance(user_id: int, figures: dict[str, Any]) -> None:
    """Keep one report of a client's figures (columns of PerformanceMetric)."""
    row = {**figures, "user_id": user_id, "created_at": utcnow()}
    execute(insert(PerformanceMetric.__table__), row)


@transactional
def record_error(user_id: int | None, report: dict[str, Any]) -> None:
    """Keep one error a client saw; an overlong message or stack is cut, not refused."""
    stack = report.get("stack")
    row = {
        **report,
        "user_id": user_id,
        "message": report["message"][:MAX_MESSAGE],
        "stack": stack and stack[:MAX_STACK],
        "created_at": utcnow(),
    }
    execute(insert(ErrorLog.__table__), row)


def purge() -> int:
    """Delete reports past their time, in small batches; returns how many rows went."""
    gone = 0
    for model, age in KEPT.items():
        while batch := _purge_batch(model, utcnow() - age):
            gone += batch
    return gone


@transactional
def _purge_batch(model: type[PerformanceMetric] | type[ErrorLog], before: Any) -> int:
    table = model.__table__
    old = select(table.c.id).where(table.c.created_at < before).limit(PURGE_BATCH)
    ids = list(execute(old).scalars())
    if ids:
        execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)
