"""Pages of lists, read and counted."""

from typing import Any

from sqlalchemy import Result, Select, func, literal, select

from points_app.db import db
from points_app.wire.paging import Page, Pagination, pagination

# Lists over everybody's rows are counted and paged this far: further back one looks by a filter.
# Their cost must not grow with the years.
REACH = 10_000
DEEP = 200


def page_of(query: Select[Any], page: Page) -> tuple[Result[Any], Pagination]:
    """A page of one guest's rows, with the exact total. `query` brings its order."""
    counting = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    total = db.session.execute(counting).scalar_one()
    return _rows(query, page), pagination(page, total)


def page_of_all(query: Select[Any], page: Page) -> tuple[Result[Any], Pagination]:
    """A page of everybody's rows; the total is exact up to REACH, and no page lies behind it."""
    matching = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
    counting = select(func.count()).select_from(matching.limit(REACH).subquery())
    total = db.session.execute(counting).scalar_one()
    within = query if page.offset < REACH else query.where(literal(False))
    return _rows(within, page), pagination(page, total)


def _rows(query: Select[Any], page: Page) -> Result[Any]:
    """Deep pages skip rows by an index alone and fetch only the page's own by their keys."""
    if page.offset < DEEP:
        return db.session.execute(query.limit(page.limit).offset(page.offset))
    (key,) = next(iter(query.selected_columns)).table.primary_key.columns
    keys = query.with_only_columns(key, maintain_column_froms=True)
    chosen = db.session.execute(keys.limit(page.limit).offset(page.offset)).scalars().all()
    return db.session.execute(query.where(key.in_(chosen)))
