"""Draws from before the move, marked as such."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from points_app.database.session import execute, utcnow
from points_app.models.lottery import Draw
from points_app.services.legacy.moving import move
from points_app.services.legacy.reading import Legacy, Row, moment, text
from points_app.services.legacy.report import Report


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

    yield from move(legacy, report, write, "lottery_records", Draw, "id", convert)


def _draw_under_way() -> dict[str, int]:
    """The draw an interrupted import stopped in, and how many of its turns have moved."""
    last = execute(select(Draw.draw_id, Draw.draw_sequence).order_by(Draw.id.desc()).limit(1))
    return {row.draw_id: row.draw_sequence for row in last}
