"""Loads the first data into an empty database; a second run changes nothing."""

from sqlalchemy import func, insert, select

from points_app.database.session import db, execute, transactional, utcnow
from points_app.models.exchange import Product, StockMovement
from points_app.models.lottery import Prize
from points_app.models.settings import SystemConfig
from points_app.services.accounts import phone_login
from points_app.services.lottery import prizes
from points_app.services.operations import first_data


@transactional
def load_first_data() -> dict[str, int]:
    """{"prizes", "products", "settings"}: how many rows were loaded; 0 where some were there."""
    return {
        "prizes": _load_wheel(),
        "products": _load_products(),
        "settings": load_settings(),
    }


@transactional
def load_accounts() -> dict[str, str]:
    """One account of each role, {role: phone}; only for development."""
    for role, phone in first_data.DEMO_ACCOUNTS.items():
        user = phone_login.find_or_create(phone)
        user.is_merchant = role == "merchant"
        user.is_admin = role == "admin"
    return first_data.DEMO_ACCOUNTS


def _load(model: type[Prize] | type[Product], rows: list[dict]) -> int:
    if db.session.scalar(select(func.count()).select_from(model)):
        return 0
    db.session.add_all(model(**row) for row in rows)
    db.session.flush()
    return len(rows)


def _load_wheel() -> int:
    loaded = _load(Prize, first_data.wheel())
    if loaded:
        prizes.note_change()
    return loaded


def _load_products() -> int:
    loaded = _load(Product, first_data.catalogue())
    if loaded:
        first_stock = [
            {
                "commodity_id": product.commodity_id,
                "operation": "first",
                "change": product.stock,
                "created_at": utcnow(),
            }
            for product in db.session.scalars(select(Product))
        ]
        execute(insert(StockMovement), first_stock)
    return loaded


def load_settings() -> int:
    """Add the settings that are missing, in the caller's transaction; how many."""
    known = set(db.session.scalars(select(SystemConfig.config_key)))
    missing = [row for row in first_data.settings() if row["config_key"] not in known]
    db.session.add_all(SystemConfig(**row) for row in missing)
    return len(missing)
