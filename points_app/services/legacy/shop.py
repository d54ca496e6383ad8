"""The settings and the wheel."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, select

from points_app.database.session import execute, transactional
from points_app.models.lottery import Prize
from points_app.services.legacy.moving import last_moved
from points_app.services.legacy.reading import Legacy, Row, text
from points_app.services.legacy.report import Report
from points_app.services.lottery import prizes
from points_app.services.operations import seeding
from points_app.services.settings import declarations, editor, texts


def _known(rows: Sequence[Row], report: Report) -> dict[str, Any]:
    """The settings we know, each checked by its own rule."""
    known: dict[str, Any] = {}
    for row in rows:
        key, value = row["config_key"], str(row["config_value"])
        if key not in declarations.BusinessSettings.model_fields:
            report.trouble(f"system_configs {key}: unknown here, left out")
            continue
        try:
            known[key] = texts.from_text(key, value)
            declarations.BusinessSettings.model_validate({key: known[key]})
        except ValidationError:
            del known[key]
            report.trouble(f"system_configs {key}: {value!r} is out of bounds, left out")
    return known


def configs(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the settings."""
    rows = legacy.rows(select(legacy.table("system_configs")))
    known = _known([row._mapping for row in rows], report)
    if write:
        seeding.load_settings()
        if known:
            editor.change(None, known)
    yield len(known)


def wheel(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the prizes."""
    last = last_moved(Prize.prize_id) if write else 0
    for rows in legacy.batches("lottery_settings", "prize_id", last):
        if write:
            _insert_prizes(rows)
        yield len(rows)


@transactional
def _insert_prizes(rows: Sequence[Row]) -> None:
    execute(insert(Prize), [_prize(row) for row in rows])
    prizes.note_change()


def _prize(row: Row) -> dict[str, Any]:
    stock = row.get("stock")
    return {
        "prize_id": row["prize_id"],
        "prize_name": text(row["prize_name"], 100),
        "prize_type": row["prize_type"],
        "prize_value": Decimal(str(row["prize_value"] or 0)),
        "angle": int(row["angle"] or 0) % 360,
        "color": row.get("color") or "#FFFFFF",
        "probability": Decimal(str(row["probability"] or 0)),
        "is_activity": bool(row.get("is_activity")),
        "daily_limit": int(row.get("daily_limit") or 0),
        "total_limit": int(row.get("total_limit") or 0),
        "stock": -1 if stock is None else int(stock),
        "sort_order": int(row.get("sort_order") or 0),
        "status": row.get("status") or "active",
    }
