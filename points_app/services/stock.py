"""The one way a product's stock moves."""

from typing import Any

from points_app import events
from points_app.db import add_counted
from points_app.models import Product
from points_app.services import locks
from points_app.versions import CATALOGUE, changed

PRODUCTS = Product.__table__


def move(product_id: int, change: int, operation: str, *guards: Any, **also: Any) -> int | None:
    """Add `change` pieces while `guards` hold, and tell everybody after the commit.

    `operation` is the contract's: purchase, restock or admin_adjust; `also` sets other columns.
    Locks the product's row (inventory rank). Returns the new stock, or None when a guard refused.
    """
    locks.reach(locks.Rank.INVENTORY, ("product", product_id))
    # `updated_at` dates what a merchant edits; the catalogues of all processes go by it.
    also["updated_at"] = PRODUCTS.c.updated_at
    moved = add_counted(
        PRODUCTS.c.stock, PRODUCTS.c.stock_version, product_id, change, *guards, **also
    )
    if moved is None:
        return None
    stock, version = moved
    if stock in (0, change):  # sold out, or there again: it moves between two lists
        changed(CATALOGUE)
    events.stock_update(product_id, stock, version, operation)
    return stock
