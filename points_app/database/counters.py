"""Counters in rows, moved by guarded UPDATEs that say where they moved to."""

from typing import Any

from sqlalchemy import bindparam, func, select, update

from points_app.database.session import db, execute
from points_app.database.statements import Write


class Counter:
    """Adds to a column of one row while `guards` hold; `also` sets other columns with it.

    Both may hold bindparams, which `add` gets by name.
    """

    def __init__(self, column: Any, *guards: Any, **also: Any) -> None:
        (primary_key,) = column.table.primary_key.columns
        self._row = primary_key == bindparam("this_row")
        self._column = column
        self._update = update(column.table).where(self._row, *guards)
        self._new = column + bindparam("change")
        self._also = {column.table.c[name]: value for name, value in also.items()}
        # On MySQL the value comes back with the UPDATE itself (LAST_INSERT_ID(expr), MySQL manual
        # 14.15), on SQLite by another query.
        moved = func.last_insert_id(self._new)
        self._in_one = Write(self._update.values({column: moved, **self._also}))
        self._in_two = Write(self._update.values({column: self._new, **self._also}))
        self._look = select(column).where(self._row)

    def add(self, key: int, change: int, **values: Any) -> int | None:
        """Add `change` to the row `key`; the new value, or None when no row passed the guards.

        Locks the row until the transaction ends.
        """
        given = {"this_row": key, "change": change, **values}
        if db.engine.dialect.name == "sqlite":
            done = self._in_two.run(given)
            return execute(self._look, {"this_row": key}).scalar_one() if done.rowcount else None
        done = self._in_one.run(given)
        return done.lastrowid if done.rowcount else None
