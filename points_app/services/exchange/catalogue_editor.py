"""The catalogue from the merchant's side."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from points_app.database.session import db, transactional
from points_app.errors.exchange import ProductUnknown
from points_app.models.exchange import Product
from points_app.services import forms, locks
from points_app.services.audit import trail
from points_app.services.exchange import inventory
from points_app.services.pages import Page, numbered_page
from points_app.wire.exchange import catalogue_editor as wire
from points_app.wire.formats import number


def listing(page: Page, category: str | None, status: str | None) -> wire.ShopProducts:
    """All products, hidden ones too, in the order of the catalogue."""
    query = select(Product).order_by(Product.sort_order, Product.commodity_id)
    if category:
        query = query.where(Product.category == category)
    if status:
        query = query.where(Product.status == status)
    rows, pagination = numbered_page(query, Product.commodity_id, page)
    products = [_shown(product) for (product,) in rows]
    return {"products": products, "pagination": pagination}


def product(product_id: int) -> wire.ShopProduct:
    """One product, hidden or not. Raises ProductUnknown."""
    found = db.session.get(Product, product_id)
    if found is None:
        raise ProductUnknown
    return _shown(found)


@transactional
def create(merchant_id: int, fields: dict[str, Any]) -> wire.ShopProduct:
    """Add a product with its first stock; audited."""
    new = Product(**fields)
    db.session.add(new)
    db.session.flush()
    inventory.note_movement(merchant_id, new.commodity_id, "first", new.stock)
    details = {name: _json(value) for name, value in fields.items()}
    trail.record(merchant_id, "product.create", f"product:{new.commodity_id}", details)
    return _shown(new)


@transactional
def change(
    merchant_id: int, product_id: int, changes: dict[str, Any], version: str | None = None
) -> wire.ShopProduct:
    """Change what the catalogue says of a product, not its stock; audited with old and new.

    Locks the product. Raises ProductUnknown, and FormChanged when `version` is no longer the
    product's.
    """
    found = locks.product(product_id)
    if found is None:
        raise ProductUnknown
    forms.check(version, wire.product_form(found))
    details = {}
    for name, new in changes.items():
        old = getattr(found, name)
        if old != new:
            setattr(found, name, new)
            details[name] = {"from": _json(old), "to": _json(new)}
    if details:
        db.session.flush()
        trail.record(merchant_id, "product.change", f"product:{product_id}", details)
    return _shown(found)


def _shown(product: Product) -> wire.ShopProduct:
    return wire.shop_product(product, forms.version(wire.product_form(product)))


def _json(value: Any) -> Any:
    return number(value) if isinstance(value, Decimal) else value
