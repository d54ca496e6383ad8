"""What the ledger booked for a fact."""

from typing import Any

from sqlalchemy import and_
from sqlalchemy.sql.expression import ColumnElement

from points_app.models.points import LedgerEntry, Source


def booked(source: Source, fact: Any) -> tuple[Any, ColumnElement[bool]]:
    """The ledger under another name, joined to what `fact` names."""
    rows = LedgerEntry.__table__.alias(source.value)
    return rows, and_(rows.c.source == source.value, rows.c.related_id == fact)


def differs(row: Any, source: Source, expected: int) -> str | None:
    """What is wrong with the row booked for a fact that must have moved `expected` points."""
    points = getattr(row, f"{source.value}_points")
    owner = getattr(row, f"{source.value}_user")
    if (points or 0) != expected:
        return f"{source.value} booked {points or 0:+}, not {expected:+}"
    if points is not None and owner != row.user_id:
        return f"{source.value} booked to user {owner}, not {row.user_id}"
    return None


def columns(rows: Any, source: Source) -> tuple[Any, Any]:
    """What `differs` looks at of the row that `booked` joins."""
    return (
        rows.c.points.label(f"{source.value}_points"),
        rows.c.user_id.label(f"{source.value}_user"),
    )
