"""What an attack must not change: the tables of money, stock, roles and decisions."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from points_app.db import db

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
