"""A guest's history as a ledger without gaps; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from points_app.models.points import Source
from points_app.services.legacy.reading import Row, moment, text

OPENING = "历史积分校正（期初）"
CLOSING = "历史积分校正（期末）"
KNOWN_SOURCES = {source.value for source in Source}


@dataclass(frozen=True, slots=True)
class Line:
    """A ledger row to be, and the balance after it."""

    points: int
    source: str
    related_id: str
    description: str
    created_at: datetime
    balance_after: int = 0


def ledger(user_id: int, balance: int, rows: Sequence[Row], joined: datetime) -> list[Line]:
    """The history as written, opened and closed by corrections where it does not make `balance`.

    The opening row makes up the whole difference, if no later balance falls below zero by that.
    Otherwise it is just large enough that none does, and the closing row takes off the rest.
    """
    lines = [line for row in rows if (line := _line(row, joined))]
    sums = list(accumulate((line.points for line in lines), initial=0))
    opening = max(balance - sums[-1], -min(sums))
    closing = balance - sums[-1] - opening
    before = [_correction(opening, OPENING, f"opening:{user_id}", joined)] if opening else []
    last = lines[-1].created_at if lines else joined
    after = [_correction(closing, CLOSING, f"closing:{user_id}", last)] if closing else []
    whole = [*before, *lines, *after]
    balances = accumulate(line.points for line in whole)
    return [_with_balance(line, total) for line, total in zip(whole, balances, strict=True)]


def correction(lines: Sequence[Line]) -> int:
    """What the corrections among the lines add up to."""
    return sum(line.points for line in lines if line.description in (OPENING, CLOSING))


def _line(row: Row, joined: datetime) -> Line | None:
    """The first backend wrote spendings with or without a minus; the type decides."""
    size = abs(int(row["points"] or 0))
    if not size:
        return None
    source = row["source"] if row["source"] in KNOWN_SOURCES else Source.ADMIN.value
    return Line(
        points=-size if row["type"] == "spend" else size,
        source=source,
        related_id=f"legacy:{row['id']}",
        description=text(row.get("description"), 255) or source,
        created_at=moment(row.get("created_at")) or joined,
    )


def _correction(points: int, description: str, name: str, at: datetime) -> Line:
    return Line(points, Source.ADMIN.value, f"legacy:{name}", description, at)


def _with_balance(line: Line, balance: int) -> Line:
    return Line(
        line.points, line.source, line.related_id, line.description, line.created_at, balance
    )
