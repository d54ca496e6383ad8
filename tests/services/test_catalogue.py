"""The remembered catalogue answers like a query over all products."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from points_app.services.exchange import catalogue
from points_app.services.exchange.catalogue import Catalogue, Item, ProductFilter
from points_app.services.exchange.catalogue_cache import EPOCH
from points_app.services.pages import Page

CATEGORIES = ("饮品", "美食", "零食")
START = datetime(2026, 1, 1, tzinfo=UTC)


def made(chance, count):
    """Products with many ties, a third of them sold out."""
    items = {}
    for number in chance.sample(range(1, 10 * count), count):
        items[number] = Item(
            product_id=number,
            name=f"商品{number}",
            category=chance.choice(CATEGORIES),
            exchange_points=chance.randrange(50, 90, 5),
            sort_order=chance.randrange(5),
            rating=chance.randrange(3),
            created_at=START + timedelta(days=chance.randrange(4)),
            shape={},
        )
    return Catalogue(items, frozenset(chance.sample(sorted(items), count // 3)), EPOCH)


def by_hand(known, wanted, page):
    found = [
        item
        for item in known.items.values()
        if wanted.category in (None, "all", item.category)
        and (wanted.min_points is None or item.exchange_points >= wanted.min_points)
        and (wanted.max_points is None or item.exchange_points <= wanted.max_points)
        and wanted.stock_status
        in (None, "out_of_stock" if item.product_id in known.sold_out else "in_stock")
    ]
    found.sort(
        key=lambda item: (getattr(item, wanted.sort_by), item.product_id),
        reverse=wanted.descending,
    )
    chosen = found[page.offset : page.offset + page.limit]
    return [item.product_id for item in chosen], len(found)


@pytest.mark.parametrize("few", [0, 40, 1000])
def test_pages_and_counts_are_those_of_a_query(monkeypatch, few):
    """Whether what fits is sorted or looked for; 0 and 1000 force the one and the other."""
    monkeypatch.setattr(catalogue, "FEW", few)
    chance = random.Random(7)
    known = made(chance, 120)
    for _ in range(1500):
        wanted = ProductFilter(
            category=chance.choice([None, "all", "没有", *CATEGORIES]),
            min_points=chance.choice([None, 0, 60, 85, 500]),
            max_points=chance.choice([None, 0, 55, 70, 500]),
            stock_status=chance.choice([None, "in_stock", "out_of_stock"]),
            sort_by=chance.choice(["sort_order", "exchange_points", "rating", "created_at"]),
            descending=chance.random() < 0.5,
        )
        page = Page(chance.randrange(1, 5), chance.choice([1, 7, 20, 100]))
        expected = by_hand(known, wanted, page)
        assert (known.ids(wanted, page), known.count(wanted)) == expected, (wanted, page)


def test_names_nobody_has_are_not_remembered():
    known = made(random.Random(1), 20)
    for number in range(50):
        wanted = ProductFilter(category=f"category {number}")
        assert known.ids(wanted, Page(1, 20)) == [] and known.count(wanted) == 0
    assert (known._orders, known._priced) == ({}, {})
