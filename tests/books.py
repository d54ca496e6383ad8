"""Looks at the database past the product, the way an auditor would."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select, text, update

from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.audit import AuditEntry
from points_app.models.exchange import Order, Product
from points_app.models.lottery import Draw
from points_app.models.points import LedgerEntry
from points_app.models.settings import SystemConfig
from tests.client import ApiClient


def balance(guest: ApiClient) -> int:
    """The guest's wallet, checked against the ledger: sum, chain and last row must agree."""
    rows = ledger(guest)
    running = 0
    for row in rows:
        running += row.points
        assert row.balance_after == running, f"the chain breaks at row {row.id}"
    with guest.app.app_context(), db.engine.connect() as connection:
        wallet = connection.execute(
            select(User.total_points).where(User.user_id == guest.user_id)
        ).scalar_one()
    assert wallet == running
    return wallet


def ledger(guest: ApiClient) -> list[Any]:
    return _rows(guest, LedgerEntry)


def draws(guest: ApiClient) -> list[Any]:
    return _rows(guest, Draw)


def orders(guest: ApiClient) -> list[Any]:
    return _rows(guest, Order)


def stock(guest: ApiClient, product_id: int) -> int:
    with guest.app.app_context(), db.engine.connect() as connection:
        query = select(Product.stock).where(Product.commodity_id == product_id)
        return connection.execute(query).scalar_one()


def count(guest: ApiClient, model: Any) -> int:
    with guest.app.app_context(), db.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def audit_entries(caller: ApiClient, target: str) -> list[Any]:
    """What the audit log says about `target`, oldest first."""
    table = AuditEntry.__table__
    query = select(table).where(table.c.target == target).order_by(table.c.id)
    with caller.app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(query))


def set_config(app: Flask, key: str, value: str) -> None:
    """Change a business setting behind the service's back."""
    table = SystemConfig.__table__
    query = update(table).where(table.c.config_key == key).values(config_value=value)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(query)
    app.extensions.pop("business", None)


def sql(statement, **parameters):
    """Past the service, as somebody with the database's password would."""
    with db.engine.begin() as connection:
        done = connection.execute(text(statement), parameters)
        return done.fetchall() if done.returns_rows else done.rowcount


def _rows(guest: ApiClient, model: Any) -> list[Any]:
    table = model.__table__
    query = select(table).where(table.c.user_id == guest.user_id).order_by(table.c.id)
    with guest.app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(query))
