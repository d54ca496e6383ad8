"""What one test does to the app, the database or Redis is gone in the next."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from points_app.database.session import db
from points_app.extensions import producer
from tests.books import set_config
from tests.factories import Factory
from tests.kept import KeptApps


def state(app: Flask) -> dict[str, Any]:
    """Every row, and what hangs on the app."""
    with app.app_context(), db.engine.connect() as connection:
        tables = db.metadata.sorted_tables
        rows = {table.name: connection.execute(select(table)).all() for table in tables}
    return {
        "rows": rows,
        "config": dict(app.config),
        "remembered": sorted(app.extensions),
        "broker": producer.conf.broker_url,
        "sms": vars(app.extensions["parts"].sms).copy(),
        "watched": app.extensions["revocations"].is_current(),
        "outermost": app.wsgi_app,
    }


def make_a_mess(app: Flask) -> None:
    """A bit of everything that tests do."""
    make = Factory(app)
    guest, merchant = make.guest(), make.merchant()
    for path in ("/api/lottery/config", "/api/exchange/products"):
        guest.get(path).ok()
    for path in ("/openapi.json", "/readyz"):
        app.test_client().get(path)
    merchant.get("/api/merchant/pending-reviews")
    make.wheel({"probability": 1})
    make.product()
    set_config(app, "lottery_cost_points", "7")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE encryption_keys SET key_id = 'other'"))
    app.extensions["parts"].sms.broken = True
    app.extensions["revocations"].look()
    app.config["MAX_CONTENT_LENGTH"] = 1
    app.wsgi_app = None
    producer.conf.broker_url = "redis://nowhere"


@pytest.mark.also_on_sqlite
def test_the_database_is_the_one_it_is_called(app, request):
    schemes = {"mariadb": "mysql+pymysql", "sqlite": "sqlite"}
    scheme, _, _ = app.config["SETTINGS"].database_url.partition("://")
    assert scheme == schemes[request.node.callspec.params["database_url"]]


@pytest.mark.also_on_sqlite
def test_an_app_is_as_new(environment, migrated):
    kept = KeptApps()
    with kept.as_new(environment) as app:
        new = state(app)
        make_a_mess(app)
        messy = state(app)
        assert [name for name in new if new[name] == messy[name]] == []
    with kept.as_new(environment) as again:
        assert again is app and again.extensions["parts"].redis.keys() == []
        assert state(again) == new
