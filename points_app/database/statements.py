"""Writing statements of the hot paths: compiled once, then run on the driver's own cursor.

What SQLAlchemy does at each call of an INSERT or UPDATE (looking its cache up, binding by name,
preparing a result) takes more of the processor than the driver does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Insert, Update
from sqlalchemy.engine import Dialect

from points_app.database.session import count_query, db

Row = Mapping[str, Any]


class _Place(NamedTuple):
    """One placeholder: the name of its value in a row, how the driver wants it, and what stands
    there when a row does not name it; None when every row must."""

    name: str
    convert: Callable[[Any], Any] | None
    otherwise: Callable[[], Any] | None


class Done(NamedTuple):
    """What the database says of a write; `rowcount` are the rows it found."""

    rowcount: int
    lastrowid: int | None


class Write:
    """An INSERT or UPDATE. Each row given to `run` is a mapping: it names the values of the
    statement's bindparams and, for an INSERT, of its columns.

    A column that a row leaves out gets its model's default, as it would from SQLAlchemy.
    """

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement
        self._plans: dict[tuple[str, ...], tuple[str, list[_Place]]] = {}

    def run(self, *rows: Row) -> Done:
        """Run it for these rows, which name the same values, in the session's transaction.

        Raises KeyError for a value that is missing, and SQLAlchemy's errors as `session.execute`
        does.
        """
        connection: Any = db.session().connection()
        text, places = self._plan(connection.dialect, rows[0])
        ready = [tuple(_values(places, row)) for row in rows]
        count_query()
        cursor = connection.connection.cursor()
        try:
            if len(ready) == 1:
                cursor.execute(text, ready[0])
            else:
                cursor.executemany(text, ready)
        except Exception as error:
            # Private, and the only way to have a lost connection leave the pool as it should.
            connection._handle_dbapi_exception(error, text, None, cursor, None)
        return Done(cursor.rowcount, cursor.lastrowid)

    def _plan(self, dialect: Dialect, row: Row) -> tuple[str, list[_Place]]:
        key = dialect.name, *row
        if key not in self._plans:
            self._plans[key] = _plan(self._statement, dialect, list(row))
        return self._plans[key]


def _plan(
    statement: Insert | Update, dialect: Dialect, names: list[str]
) -> tuple[str, list[_Place]]:
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    defaults = {column.key: _default(column.default) for column in compiled.insert_prefetch}
    defaults |= {column.key: _default(column.onupdate) for column in compiled.update_prefetch}
    places = []
    for name in compiled.positiontup:
        bind, constant = compiled.binds[name], compiled.params[name]
        kind = bind.type.dialect_impl(dialect)
        otherwise = None if bind.required else defaults.get(name, _always(constant))
        places.append(_Place(name, kind.bind_processor(dialect), otherwise))
    return str(compiled), places


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


def _default(default: Any) -> Callable[[], Any]:
    """A column's default or onupdate, as a function."""
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def _values(places: list[_Place], row: Row) -> Iterator[Any]:
    for name, convert, otherwise in places:
        value = row[name] if otherwise is None or name in row else otherwise()
        yield convert(value) if convert else value
