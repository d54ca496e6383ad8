"""The products as guests leaf through them.

Each process remembers the whole catalogue, in every order that was asked for and by price; what
changes with each purchase, the stock and the pieces sold, is read with the page by primary key,
along with the price and the status as a check. So a page costs one small query however many
products there are.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, select

from points_app.database.rows import AnyRow, AnySelect
from points_app.database.session import execute
from points_app.errors.exchange import ProductUnknown
from points_app.freshness import CATALOGUE, memory
from points_app.models.exchange import Product, ProductStatus
from points_app.services.pages import Page
from points_app.wire.exchange import catalogue as wire
from points_app.wire.paging import pagination

ALL_CATEGORIES = frozenset({"全部", "all"})
FEW = 1000
"""Products that are sorted faster than they are looked for among all."""
ATTEMPTS = 3
# A change becomes visible later than it is dated, by as long as its transaction took and as the
# clock of its host lags behind the others.
SLACK = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LIVE = select(
    *(
        Product.__table__.c[n]
        for n in ("commodity_id", "status", "exchange_points", "stock", "sales_count")
    )
)
_BY_ID = _LIVE.where(Product.commodity_id.in_(bindparam("ids", expanding=True)))
_CHANGED = select(Product).where(Product.updated_at >= bindparam("since"))
_SOLD_OUT = select(Product.commodity_id).where(Product.status == ProductStatus.ACTIVE.value)
_SOLD_OUT = _SOLD_OUT.where(Product.stock == 0)


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
        self._categories = {item.category for item in items.values()}
        self._orders: dict[tuple[str | None, str], list[Item]] = {}
        self._priced: dict[tuple[str | None, str | None], list[Item]] = {}

    def count(self, wanted: ProductFilter) -> int:
        """How many products fit."""
        _, start, end = self._fitting(wanted)
        return max(0, end - start)

    def ids(self, wanted: ProductFilter, page: Page) -> list[int]:
        """The products of a page in their order, ties by id.

        The few that fit are sorted; of many, the page is taken from the front of the list that is
        in this order already. Neither goes through all products for a page.
        """
        priced, start, end = self._fitting(wanted)
        if end - start <= FEW:
            fitting: Iterable[Item] = sorted(
                priced[start:end], key=_place(wanted.sort_by), reverse=wanted.descending
            )
        else:
            ordered = self._ordered(_category(wanted), wanted.sort_by)
            fitting = reversed(ordered) if wanted.descending else ordered
            if end - start < len(ordered):
                fitting = (item for item in fitting if self._fits(item, wanted))
        chosen = islice(fitting, page.offset, page.offset + page.limit)
        return [item.product_id for item in chosen]

    def _fitting(self, wanted: ProductFilter) -> tuple[list[Item], int, int]:
        """Products by price, and from where to where they fit."""
        category = _category(wanted)
        if category is not None and category not in self._categories:
            return [], 0, 0  # and remembered nowhere: there is no end of names guests may send
        priced = self._by_price(category, wanted.stock_status)
        low, high = wanted.min_points, wanted.max_points
        start = 0 if low is None else bisect_left(priced, low, key=_price)
        end = len(priced) if high is None else bisect_right(priced, high, key=_price)
        return priced, start, end

    def _fits(self, item: Item, wanted: ProductFilter) -> bool:
        low, high = wanted.min_points, wanted.max_points
        return (
            (low is None or item.exchange_points >= low)
            and (high is None or item.exchange_points <= high)
            and self._has(item, wanted.stock_status)
        )

    def _has(self, item: Item, stock_status: str | None) -> bool:
        return not stock_status or (stock_status == "out_of_stock") == (
            item.product_id in self.sold_out
        )

    def _ordered(self, category: str | None, sort_by: str) -> list[Item]:
        key = category, sort_by
        if key not in self._orders:
            chosen = [each for each in self.items.values() if category in (None, each.category)]
            self._orders[key] = sorted(chosen, key=_place(sort_by))
        return self._orders[key]

    def _by_price(self, category: str | None, stock_status: str | None) -> list[Item]:
        key = category, stock_status
        if key not in self._priced:
            everything = self._ordered(category, "exchange_points")
            self._priced[key] = [each for each in everything if self._has(each, stock_status)]
        return self._priced[key]


def _category(wanted: ProductFilter) -> str | None:
    return None if wanted.category in ALL_CATEGORIES else wanted.category or None


def _price(item: Item) -> int:
    return item.exchange_points


def _place(sort_by: str) -> Callable[[Item], Any]:
    return lambda item: (getattr(item, sort_by), item.product_id)


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
    return {"products": shown, "pagination": pagination(page.page, page.limit, total)}


def product(product_id: int) -> wire.ProductShape:
    """One active product. Raises ProductUnknown."""
    row = execute(select(Product).where(Product.commodity_id == product_id)).one_or_none()
    if row is None or row.status != ProductStatus.ACTIVE:
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
    rows = execute(select(Product).where(Product.commodity_id.in_(product_ids))).all()
    before = current()
    sold_out = before.sold_out.difference(product_ids)
    sold_out |= {
        row.commodity_id for row in rows if row.stock == 0 and row.status == ProductStatus.ACTIVE
    }
    items = {number: item for number, item in before.items.items() if number not in product_ids}
    memory(CATALOGUE).amend(before, Catalogue(_with(items, rows), sold_out, before.newest))


def _load(before: Catalogue | None) -> Catalogue:
    """Everything, or what changed since `before`."""
    if before:
        changed = execute(_CHANGED, {"since": before.newest - SLACK}).all()
    else:
        changed = execute(select(Product)).all()
    sold_out = frozenset(execute(_SOLD_OUT).scalars())
    items = _with(before.items if before else {}, changed)
    if before and items == before.items and sold_out == before.sold_out:
        return before
    newest = max((row.updated_at for row in changed), default=before.newest if before else EPOCH)
    return Catalogue(items, sold_out, newest)


def _with(items: Mapping[int, Item], rows: Iterable[AnyRow]) -> dict[int, Item]:
    """The items with these rows in place of what they were."""
    changed = dict(items)
    for row in rows:
        if row.status == ProductStatus.ACTIVE:
            changed[row.commodity_id] = _item(row)
        else:
            changed.pop(row.commodity_id, None)
    return changed


def _item(row: AnyRow) -> Item:
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


def _page(catalogue: Catalogue, wanted: ProductFilter, page: Page) -> tuple[Sequence[AnyRow], int]:
    """What is live of the page's products, in order, and how many fit in all."""
    total = catalogue.count(wanted)
    if wanted.is_volatile:
        return execute(_sorted_by_the_database(wanted, page)).all(), total
    chosen = catalogue.ids(wanted, page)
    rows = {row.commodity_id: row for row in execute(_BY_ID, {"ids": chosen})} if chosen else {}
    return [rows[product_id] for product_id in chosen if product_id in rows], total


def _sorted_by_the_database(wanted: ProductFilter, page: Page) -> AnySelect:
    query = _LIVE.where(Product.status == ProductStatus.ACTIVE.value)
    if wanted.category and wanted.category not in ALL_CATEGORIES:
        query = query.where(Product.category == wanted.category)
    if wanted.min_points is not None:
        query = query.where(Product.exchange_points >= wanted.min_points)
    if wanted.max_points is not None:
        query = query.where(Product.exchange_points <= wanted.max_points)
    if wanted.stock_status:
        has_stock = wanted.stock_status == "in_stock"
        query = query.where(Product.stock > 0 if has_stock else Product.stock == 0)
    keys = (Product.__table__.c[wanted.sort_by], Product.commodity_id)
    order = [key.desc() if wanted.descending else key.asc() for key in keys]
    return query.order_by(*order).limit(page.limit).offset(page.offset)


def _agrees(catalogue: Catalogue, row: AnyRow, wanted: ProductFilter) -> bool:
    """Whether the product still is what the catalogue says, and belongs on this page."""
    item = catalogue.items.get(row.commodity_id)
    available = {"in_stock": True, "out_of_stock": False}.get(wanted.stock_status or "")
    return (
        item is not None
        and row.status == ProductStatus.ACTIVE
        and row.exchange_points == item.exchange_points
        and available in (None, row.stock > 0)
    )


def _shape(catalogue: Catalogue, row: AnyRow) -> wire.ProductShape:
    return wire.in_stock(catalogue.items[row.commodity_id].shape, row.stock, row.sales_count)
