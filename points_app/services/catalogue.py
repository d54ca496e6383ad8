"""The products as guests leaf through them.

Each process remembers the whole catalogue, in every order that was asked for; what changes with
each purchase, the stock and the pieces sold, is read with the page by primary key, along with the
price and the status as a check. So a page costs one small query however many products there are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from points_app.db import execute
from points_app.errors import ProductUnknown
from points_app.models import Product
from points_app.versions import CATALOGUE, memory
from points_app.wire import exchange as wire
from points_app.wire.paging import Page, pagination

PRODUCTS = Product.__table__
ALL_CATEGORIES = frozenset({"全部", "all"})
KEPT_LISTS = 512
ATTEMPTS = 3
# A change becomes visible later than it is dated, by as long as its transaction took and as the
# clock of its host lags behind the others.
SLACK = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LIVE = select(
    *(PRODUCTS.c[n] for n in ("commodity_id", "status", "exchange_points", "stock", "sales_count"))
)
_BY_ID = _LIVE.where(PRODUCTS.c.commodity_id.in_(bindparam("ids", expanding=True)))
_CHANGED = select(PRODUCTS).where(PRODUCTS.c.updated_at >= bindparam("since"))
_SOLD_OUT = select(PRODUCTS.c.commodity_id).where(PRODUCTS.c.status == "active")
_SOLD_OUT = _SOLD_OUT.where(PRODUCTS.c.stock == 0)


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products, in which order; None filters nothing."""

    category: str | None = None
    min_points: int | None = None
    max_points: int | None = None
    stock_status: str | None = None
    sort_by: str = "sort_order"
    descending: bool = False

    @property
    def is_volatile(self) -> bool:
        """Whether every purchase may change the order."""
        return self.sort_by in {"stock", "sales_count"}


@dataclass(frozen=True, slots=True)
class Item:
    """A product without what purchases change; `shape` is its answer but for that."""

    product_id: int
    name: str
    category: str
    exchange_points: int
    sort_order: int
    rating: Any
    created_at: datetime
    shape: wire.ProductShape


class Catalogue:
    """The active products at one moment."""

    def __init__(self, items: dict[int, Item], sold_out: frozenset[int], newest: datetime) -> None:
        self.items = items
        self.sold_out = sold_out
        self.newest = newest
        self._orders: dict[tuple[str | None, str], list[Item]] = {}
        self._lists: dict[ProductFilter, list[int]] = {}

    def ids(self, wanted: ProductFilter) -> list[int]:
        """The products that fit, in ascending order of the sort, ties by id."""
        key = replace(wanted, descending=False)
        found = self._lists.get(key)
        if found is None:
            found = [item.product_id for item in self._matching(wanted)]
            if len(self._lists) >= KEPT_LISTS:
                self._lists.clear()
            self._lists[key] = found
        return found

    def _matching(self, wanted: ProductFilter) -> Iterable[Item]:
        found: Iterable[Item] = self._ordered(wanted.category, wanted.sort_by)
        low, high = wanted.min_points, wanted.max_points
        if low is not None:
            found = [item for item in found if item.exchange_points >= low]
        if high is not None:
            found = [item for item in found if item.exchange_points <= high]
        if wanted.stock_status == "in_stock":
            found = [item for item in found if item.product_id not in self.sold_out]
        elif wanted.stock_status == "out_of_stock":
            found = [item for item in found if item.product_id in self.sold_out]
        return found

    def _ordered(self, category: str | None, sort_by: str) -> list[Item]:
        key = (None if category in ALL_CATEGORIES else category or None, sort_by)
        if key not in self._orders:
            chosen = [each for each in self.items.values() if key[0] in (None, each.category)]
            chosen.sort(key=lambda item: (getattr(item, sort_by, 0), item.product_id))
            self._orders[key] = chosen
        return self._orders[key]


def products(wanted: ProductFilter, page: Page) -> wire.ProductList:
    """A page of the active products. Ties are broken by id, in the direction of the sort, so that
    an index serves the order and pages neither repeat nor skip a row."""
    for _ in range(ATTEMPTS):
        catalogue = current()
        rows, total = _page(catalogue, wanted, page)
        changed = [row.commodity_id for row in rows if not _agrees(catalogue, row, wanted)]
        if not changed:
            break
        read_again(*changed)
    shown = [_shape(catalogue, row) for row in rows if _agrees(catalogue, row, wanted)]
    return {"products": shown, "pagination": pagination(page, total)}


def product(product_id: int) -> wire.ProductShape:
    """One active product. Raises ProductUnknown."""
    row = execute(select(PRODUCTS).where(PRODUCTS.c.commodity_id == product_id)).one_or_none()
    if row is None or row.status != "active":
        raise ProductUnknown
    return wire.product(row)


def categories() -> wire.Categories:
    """The categories of the active products with how many each has, in the order they came."""
    items = sorted(current().items.values(), key=lambda item: item.product_id)
    counts = Counter(item.category for item in items)
    return {"categories": [{"name": name, "count": count} for name, count in counts.items()]}


def current() -> Catalogue:
    """The catalogue, as new as its version."""
    return memory(CATALOGUE).get(CATALOGUE, _load)


def read_again(*product_ids: int) -> None:
    """Products were found to differ from the catalogue: changed at this moment, or by hand."""
    rows = execute(select(PRODUCTS).where(PRODUCTS.c.commodity_id.in_(product_ids))).all()
    before = current()
    sold_out = before.sold_out.difference(product_ids)
    sold_out |= {row.commodity_id for row in rows if row.stock == 0 and row.status == "active"}
    items = {number: item for number, item in before.items.items() if number not in product_ids}
    memory(CATALOGUE).amend(before, Catalogue(_with(items, rows), sold_out, before.newest))


def _load(before: Catalogue | None) -> Catalogue:
    """Everything, or what changed since `before`."""
    if before:
        changed = execute(_CHANGED, {"since": before.newest - SLACK}).all()
    else:
        changed = execute(select(PRODUCTS)).all()
    sold_out = frozenset(execute(_SOLD_OUT).scalars())
    items = _with(before.items if before else {}, changed)
    if before and items == before.items and sold_out == before.sold_out:
        return before
    newest = max((row.updated_at for row in changed), default=before.newest if before else EPOCH)
    return Catalogue(items, sold_out, newest)


def _with(items: Mapping[int, Item], rows: Iterable[Row[Any]]) -> dict[int, Item]:
    """The items with these rows in place of what they were."""
    changed = dict(items)
    for row in rows:
        if row.status == "active":
            changed[row.commodity_id] = _item(row)
        else:
            changed.pop(row.commodity_id, None)
    return changed


def _item(row: Row[Any]) -> Item:
    return Item(
        row.commodity_id,
        row.name,
        row.category,
        row.exchange_points,
        row.sort_order,
        row.rating,
        row.created_at,
        wire.product(row),
    )


def _page(
    catalogue: Catalogue, wanted: ProductFilter, page: Page
) -> tuple[Sequence[Row[Any]], int]:
    """What is live of the page's products, in order, and how many fit in all."""
    ids = catalogue.ids(wanted)
    total = len(ids)
    if wanted.is_volatile:
        return execute(_sorted_by_the_database(wanted, page)).all(), total
    start, end = page.offset, page.offset + page.limit
    if wanted.descending:
        chosen = ids[max(0, total - end) : max(0, total - start)][::-1]
    else:
        chosen = ids[start:end]
    rows = {row.commodity_id: row for row in execute(_BY_ID, {"ids": chosen})} if chosen else {}
    return [rows[product_id] for product_id in chosen if product_id in rows], total


def _sorted_by_the_database(wanted: ProductFilter, page: Page) -> Select[Any]:
    query = _LIVE.where(PRODUCTS.c.status == "active")
    if wanted.category and wanted.category not in ALL_CATEGORIES:
        query = query.where(PRODUCTS.c.category == wanted.category)
    if wanted.min_points is not None:
        query = query.where(PRODUCTS.c.exchange_points >= wanted.min_points)
    if wanted.max_points is not None:
        query = query.where(PRODUCTS.c.exchange_points <= wanted.max_points)
    if wanted.stock_status:
        has_stock = wanted.stock_status == "in_stock"
        query = query.where(PRODUCTS.c.stock > 0 if has_stock else PRODUCTS.c.stock == 0)
    keys = (PRODUCTS.c[wanted.sort_by], PRODUCTS.c.commodity_id)
    order = [key.desc() if wanted.descending else key.asc() for key in keys]
    return query.order_by(*order).limit(page.limit).offset(page.offset)


def _agrees(catalogue: Catalogue, row: Row[Any], wanted: ProductFilter) -> bool:
    """Whether the product still is what the catalogue says, and belongs on this page."""
    item = catalogue.items.get(row.commodity_id)
    available = {"in_stock": True, "out_of_stock": False}.get(wanted.stock_status or "")
    return (
        item is not None
        and row.status == "active"
        and row.exchange_points == item.exchange_points
        and available in (None, row.stock > 0)
    )


def _shape(catalogue: Catalogue, row: Row[Any]) -> wire.ProductShape:
    return wire.in_stock(catalogue.items[row.commodity_id].shape, row.stock, row.sales_count)
