"""Changing the encryption key while the service runs: every sealed value is sealed again.

Values are rewritten in small transactions by guarded updates: one that changed meanwhile keeps the
change and is met again in the next round. Stopped half-way, the work goes on where it was left,
because a value tells which key sealed it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update

from points_app.crypto import SealBroken
from points_app.database.rows import AnyRow
from points_app.database.session import execute, transactional
from points_app.extensions import parts
from points_app.services.audit import trail
from points_app.services.privacy import keys
from points_app.services.privacy.encrypted_columns import SEALED, SealedColumn

BATCH = 200
KEY_ID = slice(3, 11)  # of "v1:<key id>:..."

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Rotated:
    """How many values of a column were sealed again; which rows no known key opens."""

    column: str
    changed: int
    unreadable: list[int]


def state() -> dict[str, dict[str, int]]:
    """For each sealed column how many values each key sealed: {column: {key id: count}}."""
    return {sealed.name: _counts(sealed) for sealed in SEALED}


def _counts(sealed: SealedColumn) -> dict[str, int]:
    key_id = func.substr(sealed.column, KEY_ID.start + 1, KEY_ID.stop - KEY_ID.start)
    filled = sealed.column.is_not(None)
    query = select(key_id, func.count()).where(filled).group_by(key_id).order_by(key_id)
    return dict(execute(query).all())


def rotate(progress: Progress, batch: int = BATCH) -> list[Rotated]:
    """Seal again with today's key whatever another key sealed, blind indexes included.

    `progress(column, done, total)` is called after every batch. Locks a batch of rows at a time,
    each for the time of its update. A key that seals nothing any more is noted as retired.
    """
    results = [_rotate_column(sealed, progress, batch) for sealed in SEALED]
    trail.sign_again()
    in_use = {key for counts in state().values() for key in counts}
    keys.retire([key for key in keys.known() if key not in in_use | {parts.vault.current.id}])
    return results


def _rotate_column(sealed: SealedColumn, progress: Progress, batch: int) -> Rotated:
    result = Rotated(sealed.name, 0, [])
    total = execute(
        select(func.count()).select_from(sealed.column.table).where(*_stale(sealed))
    ).scalar_one()
    last = 0
    while rows := _next_rows(sealed, last, batch):
        changed, unreadable = _seal_again(sealed, rows)
        result.changed += changed
        result.unreadable += unreadable
        last = rows[-1][0]
        progress(sealed.name, result.changed + len(result.unreadable), total)
    return result


def _stale(sealed: SealedColumn) -> tuple[ColumnElement[bool], ...]:
    current = f"v1:{parts.vault.current.id}:"
    return sealed.column.is_not(None), ~sealed.column.startswith(current, autoescape=True)


def _next_rows(sealed: SealedColumn, last: int, batch: int) -> list[AnyRow]:
    wanted = select(sealed.primary_key, sealed.column, sealed.bound_to).where(
        *_stale(sealed), sealed.primary_key > last
    )
    return list(execute(wanted.order_by(sealed.primary_key).limit(batch)))


@transactional
def _seal_again(sealed: SealedColumn, rows: list[AnyRow]) -> tuple[int, list[int]]:
    """(values changed, primary keys of those no known key opens)"""
    changed, unreadable = 0, []
    for row in rows:
        try:
            text = sealed.open(row)
        except SealBroken:
            unreadable.append(row[0])
            continue
        table = sealed.column.table
        unchanged = sealed.column == getattr(row, sealed.column.name)
        rewrite = update(table).where(sealed.primary_key == row[0], unchanged)
        changed += execute(rewrite.values(**_values(sealed, row, text))).rowcount
    return changed, unreadable


def _values(sealed: SealedColumn, row: AnyRow, text: str) -> dict[str, str]:
    """The row's new columns. An erased guest's empty number is found under no index."""
    bound_to = getattr(row, sealed.bound_to.name)
    if sealed.is_indexed and text:
        bound_to = parts.vault.blind_index(text)
    resealed = parts.vault.seal(text, sealed.binding(bound_to))
    return {sealed.column.name: resealed, sealed.bound_to.name: bound_to}
