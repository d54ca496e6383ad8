"""Reads the first backend's tables as they are, whichever of the known columns they have."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, Table, func, inspect, select
from sqlalchemy.engine import Engine

from points_app.database.rows import AnySelect

TABLES = (
    "users",
    "points_records",
    "lottery_settings",
    "lottery_records",
    "commodity_pool",
    "exchange_records",
    "photo_reviews",
    "system_configs",
)
BATCH = 1000

Row = Mapping[str, Any]


class Legacy:
    """The legacy database, read only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._metadata = MetaData()

    def missing_tables(self) -> list[str]:
        """The known tables that are not there."""
        return sorted(set(TABLES) - set(inspect(self._engine).get_table_names()))

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return int(self.rows(select(func.count()).select_from(self.table(name)))[0][0])

    def table(self, name: str) -> Table:
        """A table with the columns it really has."""
        if name not in self._metadata.tables:
            Table(name, self._metadata, autoload_with=self._engine)
        return self._metadata.tables[name]

    def batches(self, name: str, key: str, after: int) -> Iterator[Sequence[Row]]:
        """The rows with `key` above `after`, in its order, BATCH at a time."""
        table = self.table(name)
        while True:
            query = select(table).where(table.c[key] > after).order_by(table.c[key]).limit(BATCH)
            with self._engine.connect() as connection:
                rows = connection.execute(query).mappings().all()
            if not rows:
                return
            yield [dict(row) for row in rows]
            after = rows[-1][key]

    def rows(self, query: AnySelect) -> Sequence[Any]:
        """What one query finds."""
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def history(self, user_ids: Sequence[int]) -> dict[int, list[Row]]:
        """The ledger rows of some users, in the order they were written."""
        table = self.table("points_records")
        query = select(table).where(table.c.user_id.in_(user_ids)).order_by(table.c.id)
        found: dict[int, list[Row]] = {user_id: [] for user_id in user_ids}
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                found[row["user_id"]].append(dict(row))
        return found


def moment(value: Any) -> datetime | None:
    """A legacy time, which is UTC without saying so, to the millisecond."""
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC, microsecond=value.microsecond // 1000 * 1000)


def text(value: Any, length: int) -> str | None:
    """Text cut to what our column holds; None for nothing."""
    return str(value)[:length] if value not in (None, "") else None
