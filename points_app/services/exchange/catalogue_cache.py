"""The catalogue that each process remembers, and what it is read from."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select

from points_app.database.rows import AnyRow
from points_app.database.session import execute
from points_app.freshness import CATALOGUE, memory
from points_app.models.exchange import Product, ProductStatus
from points_app.services.exchange.catalogue import Catalogue, Item
from points_app.wire.exchange import catalogue as wire

# A change becomes visible later than it is dated, by as long as its transaction took and as the
# clock of its host lags behind the others.
SLACK = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANGED = select(Product).where(Product.updated_at >= bindparam("since"))
_SOLD_OUT = select(Product.commodity_id).where(Product.status == ProductStatus.ACTIVE.value)
_SOLD_OUT = _SOLD_OUT.where(Product.stock == 0)


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
