"""The one way a product's stock moves: told to everybody after the commit."""

from typing import Any

from sqlalchemy import bindparam, case

from points_app.database.counters import NumberedCounter
from points_app.freshness import CATALOGUE, changed
from points_app.models.exchange import Product, ProductStatus
from points_app.notices import events
from points_app.services import locks

# `updated_at` dates what a merchant edits; the catalogues of all processes go by it.
STOCK = (Product.stock, Product.stock_version)
KEPT = {"updated_at": Product.updated_at}
PIECES = bindparam("pieces", type_=Product.stock.type)

_CORRECTED = NumberedCounter(*STOCK, **KEPT)
_SOLD = NumberedCounter(
    *STOCK,
    Product.stock >= PIECES,
    Product.status == ProductStatus.ACTIVE.value,
    Product.exchange_points == bindparam("price"),
    sales_count=Product.sales_count + PIECES,
    **KEPT,
)
_RETURNED = NumberedCounter(
    *STOCK,
    sales_count=case((Product.sales_count >= PIECES, Product.sales_count - PIECES), else_=0),
    **KEPT,
)


def sell(product_id: int, pieces: int, price: int) -> bool:
    """Take pieces of a product that is active, in stock and costs `price`; else False.

    Locks the product, as the others here do.
    """
    sold = {"pieces": pieces, "price": price}
    return _move(_SOLD, product_id, -pieces, "purchase", **sold) is not None


def take_back(product_id: int, pieces: int) -> None:
    """Put pieces back that were sold."""
    _move(_RETURNED, product_id, pieces, "restock", pieces=pieces)


def correct(product_id: int, change: int, operation: str) -> int | None:
    """Add `change` pieces; the new stock, None for an unknown product. `operation` is the
    contract's: restock or admin_adjust."""
    return _move(_CORRECTED, product_id, change, operation)


def _move(
    counter: NumberedCounter, product_id: int, change: int, operation: str, **values: Any
) -> int | None:
    locks.reach(locks.Rank.INVENTORY, "product", product_id)
    moved = counter.add(product_id, change, **values)
    if moved is None:
        return None
    stock, version = moved
    if stock in (0, change):  # sold out, or there again: it moves between two lists
        changed(CATALOGUE)
    events.stock_update(product_id, stock, version, operation)
    return stock
