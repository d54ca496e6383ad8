"""All active products, filtered and in order without a query.

In memory: in every order that was asked for, and by price. What changes with each purchase, the
stock and the pieces sold, is not here (product_list.py).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from points_app.services.pages import Page
from points_app.wire.exchange import catalogue as wire

ALL_CATEGORIES = frozenset({"全部", "all"})
FEW = 1000
"""Products that are sorted faster than they are looked for among all."""


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
