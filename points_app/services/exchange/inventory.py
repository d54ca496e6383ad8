"""Stock that comes in, is counted anew, or comes back."""

from sqlalchemy import insert

from points_app.database.session import execute, utcnow
from points_app.errors.base import InvalidInput
from points_app.errors.exchange import ProductUnknown, StockMoved
from points_app.models.exchange import StockMovement
from points_app.services import locks
from points_app.services.audit import trail
from points_app.services.exchange import stock
from points_app.services.idempotency import keyed_transaction
from points_app.wire.exchange import catalogue_editor as wire

MAX_STOCK = 100_000_000


@keyed_transaction
def restock(actor_id: int, product_id: int, quantity: int) -> wire.Stock:
    """Add pieces to a product's stock.

    Locks the product. Raises ProductUnknown, InvalidInput for nothing and beyond MAX_STOCK.
    """
    if quantity < 1:
        raise InvalidInput.of("quantity", "at least one piece")
    return _correct(actor_id, product_id, "restock", quantity)


@keyed_transaction
def adjust(
    actor_id: int, product_id: int, quantity: int, expected: int | None = None
) -> wire.Stock:
    """Set a product's stock to what somebody counted.

    Locks the product. Raises ProductUnknown, and StockMoved when `expected` is no longer the stock.
    """
    current = _locked_stock(product_id)
    if expected is not None and expected != current:
        raise StockMoved(expected=expected, current=current)
    return _correct(actor_id, product_id, "admin_adjust", quantity - current)


def _correct(actor_id: int, product_id: int, operation: str, change: int) -> wire.Stock:
    before = _locked_stock(product_id)
    if before + change > MAX_STOCK:
        raise InvalidInput.of("quantity", f"more than {MAX_STOCK} in stock")
    after = stock.correct(product_id, change, operation)
    assert after is not None
    note_movement(actor_id, product_id, operation, change)
    details = {"operation": operation, "from": before, "to": after}
    trail.record(actor_id, "product.stock", f"product:{product_id}", details)
    return {"stock": after}


def _locked_stock(product_id: int) -> int:
    product = locks.product(product_id)
    if product is None:
        raise ProductUnknown
    return product.stock


def note_movement(actor_id: int | None, product_id: int, operation: str, change: int) -> None:
    """Write down a change of stock that is no order, in the caller's transaction."""
    if change:
        row = {
            "commodity_id": product_id,
            "operation": operation,
            "change": change,
            "actor_id": actor_id,
            "created_at": utcnow(),
        }
        execute(insert(StockMovement), row)


def give_back(product_id: int, quantity: int) -> None:
    """Put the pieces of a cancelled order back, in the caller's transaction; locks the product.

    The order's own state is the record of it, so that no movement is written.
    """
    stock.take_back(product_id, quantity)
