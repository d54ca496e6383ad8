"""Rows that move, from where an interrupted import stopped."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, insert, select, true

from points_app.database.session import execute, transactional
from points_app.models.accounts import User
from points_app.models.exchange import Product
from points_app.models.lottery import Prize
from points_app.services.legacy.reading import Legacy, Row
from points_app.services.legacy.report import Report

Convert = Callable[[Row], dict[str, Any]]


def last_moved(column: Any) -> int:
    """The largest value of a key that has moved; 0 when none has."""
    return execute(select(func.coalesce(func.max(column), 0))).scalar_one()


def move(
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
    last = last_moved(table.c[key]) if write else 0
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
