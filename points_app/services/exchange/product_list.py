"""The products as guests leaf through them.

What changes with each purchase, the stock and the pieces sold, is read with the page by primary
key, along with the price and the status as a check of the remembered catalogue. So a page costs one
small query however many products there are.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import bindparam, select

from points_app.database.rows import AnyRow, AnySelect
from points_app.database.session import execute
from points_app.errors.exchange import ProductUnknown
from points_app.models.exchange import Product, ProductStatus
from points_app.services.exchange.catalogue import ALL_CATEGORIES, Catalogue, ProductFilter
from points_app.services.exchange.catalogue_cache import current, read_again
from points_app.services.pages import Page
from points_app.wire.exchange import catalogue as wire
from points_app.wire.paging import pagination

ATTEMPTS = 3
_LIVE = select(
    *(
        Product.__table__.c[n]
        for n in ("commodity_id", "status", "exchange_points", "stock", "sales_count")
    )
)
_BY_ID = _LIVE.where(Product.commodity_id.in_(bindparam("ids", expanding=True)))


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
