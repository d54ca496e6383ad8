"""The one way a product's stock moves: told to everybody after the commit."""

from typing import Any

from sqlalchemy import bindparam, case, func, select, update

from points_app.database.session import db, execute
from points_app.database.statements import Write
from points_app.freshness import CATALOGUE, changed
from points_app.models.exchange import Product, ProductStatus
from points_app.notices import events
from points_app.services import locks

_NUMBERED = 1 << 32


class _NumberedCounter:
    """Adds to a column of one row while `guards` hold, as Counter does, and numbers the changes in
    the column `count`. On MySQL the UPDATE itself says both numbers, in one integer: another round
    trip would hold the row that a whole flash sale waits for.
    """

    def __init__(self, column: Any, count: Any, *guards: Any, **also: Any) -> None:
        (primary_key,) = column.table.primary_key.columns
        row = primary_key == bindparam("this_row")
        new = [(column, column + bindparam("change"))]
        new += [(column.table.c[name], value) for name, value in also.items()]
        numbered = update(column.table).where(row, *guards)
        # `count` first: MySQL assigns in order, and `column` in here must mean its old value.
        both = func.last_insert_id((count + 1) * _NUMBERED + column + bindparam("change"))
        self._in_one = Write(numbered.ordered_values((count, both.op("DIV")(_NUMBERED)), *new))
        self._in_two = Write(numbered.ordered_values((count, count + 1), *new))
        self._look = select(column, count).where(row)

    def add(self, key: int, change: int, **values: Any) -> tuple[int, int] | None:
        """Add `change` to the row `key`; the new value, which must stay from 0 to 2^31, and the
        number of this change. None when no row passed the guards.

        Locks the row until the transaction ends.
        """
        given = {"this_row": key, "change": change, **values}
        if db.engine.dialect.name == "sqlite":
            if not self._in_two.run(given).rowcount:
                return None
            value, number = execute(self._look, {"this_row": key}).one()
            return value, number
        done = self._in_one.run(given)
        if not done.rowcount or done.lastrowid is None:
            return None
        number, value = divmod(done.lastrowid, _NUMBERED)
        return value, number


# `updated_at` dates what a merchant edits; the catalogues of all processes go by it.
STOCK = (Product.stock, Product.stock_version)
KEPT = {"updated_at": Product.updated_at}
PIECES = bindparam("pieces", type_=Product.stock.type)

_CORRECTED = _NumberedCounter(*STOCK, **KEPT)
_SOLD = _NumberedCounter(
    *STOCK,
    Product.stock >= PIECES,
    Product.status == ProductStatus.ACTIVE.value,
    Product.exchange_points == bindparam("price"),
    sales_count=Product.sales_count + PIECES,
    **KEPT,
)
_RETURNED = _NumberedCounter(
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
    counter: _NumberedCounter, product_id: int, change: int, operation: str, **values: Any
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
