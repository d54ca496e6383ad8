"""Pages of lists, read and counted.

A list that is ordered by an ascending number of its own also goes on from a cursor, the number of
the last row shown: rows that come or go meanwhile move nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from points_app.database.rows import AnyRow, AnySelect
from points_app.database.session import db
from points_app.wire.paging import Listed, Pagination, pagination

# Lists over everybody's rows are counted and paged this far: further back one looks by a filter or
# goes on from a cursor. Their cost must not grow with the years.
REACH = 10_000
DEEP = 200

Key = InstrumentedAttribute[int] | ColumnElement[int]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list a client wants: `limit` rows of `page`, from 1, or those behind the row
    whose number is `cursor`."""

    page: int
    limit: int
    cursor: int | None = None

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit if self.cursor is None else 0


def page_of(
    query: AnySelect, key: Key, page: Page, *, oldest_first: bool = False
) -> tuple[Sequence[AnyRow], Listed]:
    """A page of rows in the order of `key`, with the exact total; each row ends with its key."""
    return _cut(query, key, page, _count(query), oldest_first)


def page_of_all(query: AnySelect, key: Key, page: Page) -> tuple[Sequence[AnyRow], Listed]:
    """A page of everybody's rows, newest first; the total is exact up to REACH, and no numbered
    page lies behind it. Each row ends with its key."""
    return _cut(_reached(query, page), key, page, _count_to_reach(query))


def numbered_page(query: AnySelect, key: Key, page: Page) -> tuple[Sequence[AnyRow], Pagination]:
    """A page of everybody's rows in the order that `query` brings; counted to REACH."""
    rows = _rows(_reached(query, page), key, page.limit, page.offset)
    return rows, pagination(page.page, page.limit, _count_to_reach(query))


def _cut(
    query: AnySelect, key: Key, page: Page, total: int, oldest_first: bool = False
) -> tuple[Sequence[AnyRow], Listed]:
    ordered = query.add_columns(key).order_by(key.asc() if oldest_first else key.desc())
    if page.cursor is not None:
        ordered = ordered.where(key > page.cursor if oldest_first else key < page.cursor)
    found = _rows(ordered, key, page.limit + 1, page.offset)  # one more tells whether any follow
    shown = found[: page.limit]
    last = shown[-1][-1] if len(found) > page.limit else None
    return shown, {"pagination": pagination(page.page, page.limit, total), "next_cursor": last}


def _rows(query: AnySelect, key: Key, limit: int, offset: int) -> Sequence[AnyRow]:
    """Deep pages skip rows by an index alone and fetch only the page's own by their keys."""
    if offset < DEEP:
        return db.session.execute(query.limit(limit).offset(offset)).all()
    keys = query.with_only_columns(key, maintain_column_froms=True)
    chosen = db.session.execute(keys.limit(limit).offset(offset)).scalars().all()
    return db.session.execute(query.where(key.in_(chosen))).all()


def _reached(query: AnySelect, page: Page) -> AnySelect:
    return query if page.offset < REACH else query.where(literal(False))


def _count(query: AnySelect) -> int:
    counting = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.execute(counting).scalar_one()


def _count_to_reach(query: AnySelect) -> int:
    matching = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
    counting = select(func.count()).select_from(matching.limit(REACH).subquery())
    return db.session.execute(counting).scalar_one()
