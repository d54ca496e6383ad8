"""What an attack must not change: the tables of money, stock, roles and decisions."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from points_app.database.session import db

WATCHED = {
    "users": ("user_id", "total_points", "status", "is_merchant", "is_admin", "nickname", "avatar"),
    "points_records": None,
    "lottery_records": None,
    "lottery_settings": None,
    "prize_counts": None,
    "commodity_pool": None,
    "stock_movements": None,
    "exchange_records": None,
    "photo_reviews": None,
    "merchant_applications": None,
    "system_configs": None,
    "check_ins": None,
    "audit_log": None,
}


def state(app: Flask) -> dict[str, Any]:
    """Every row of the watched tables."""
    tables = db.metadata.tables
    with app.app_context(), db.engine.connect() as connection:
        found = {}
        for name, columns in WATCHED.items():
            table = tables[name]
            chosen = [table.c[column] for column in columns] if columns else [table]
            order = table.primary_key.columns
            found[name] = list(map(tuple, connection.execute(select(*chosen).order_by(*order))))
        return found


MONEY = ("points_records", "lottery_records", "exchange_records", "prize_counts", "stock_movements")


def money(app: Flask) -> dict[str, Any]:
    """Balances, stock, and every row about points and goods."""
    tables = db.metadata.tables
    users, products = tables["users"].c, tables["commodity_pool"].c
    everything = {
        "balances": select(users.user_id, users.total_points).order_by(users.user_id),
        "stock": select(products.commodity_id, products.stock)
        .where(products.stock > 0)
        .order_by(products.commodity_id),
        **{name: select(tables[name]) for name in MONEY},
    }
    with app.app_context(), db.engine.connect() as connection:
        return {name: list(connection.execute(query)) for name, query in everything.items()}


def points(app: Flask) -> dict[str, Any]:
    """The same without stock, for who may add products with their first pieces."""
    return {
        name: rows for name, rows in money(app).items() if name not in ("stock", "stock_movements")
    }


def name_of(rule: Rule, method: str) -> str:
    """A route as people write it: "GET /api/photo/records/<upload_id>"."""
    plain = re.sub(r"<[a-z]+(\([^)]*\))?:", "<", rule.rule)
    return f"{method} {plain}"


def routes(app: Flask) -> dict[str, Rule]:
    """Every route of the URL map by name."""
    return {
        name_of(rule, method): rule
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
