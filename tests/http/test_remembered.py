"""What processes remember of accounts, products and the wheel is never used once it changed.

`elsewhere` is the same caller on another app with a memory of its own, `another_process` the same
in a gunicorn worker. A change `past_the_service`, by hand in the database, tells nobody.
"""

import json
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import insert, update

from devstack.ports import free_port
from devstack.process import Process, wait_until
from points_app import freshness
from points_app.database.session import db, transactional, utcnow
from points_app.models.accounts import User
from points_app.models.exchange import Product
from points_app.models.lottery import Prize, WheelVersion
from points_app.services.accounts import sessions
from points_app.services.lottery import prizes
from tests.books import balance, draws, orders, stock
from tests.client import ApiClient
from tests.queries import counted_queries

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_DRAW": "1000"}


@pytest.fixture
def elsewhere(environment, settings_override, app):
    from points_app import create_app
    from points_app.config import Settings

    other = create_app(Settings.from_env({**environment, **settings_override}))
    yield lambda caller: ApiClient(other, caller.token, caller.user_id)
    with other.app_context():
        db.engine.dispose()


def past_the_service(app, *statements):
    with app.app_context(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def change(app, model, key, **columns):
    """As a service would, through the ORM."""

    @transactional
    def write():
        row = db.session.get(model, key)
        for name, value in columns.items():
            setattr(row, name, value)

    with app.app_context():
        write()


def listed(caller, product_id, query="limit=100"):
    pages = caller.get(f"/api/exchange/products?{query}").ok()["products"]
    return next((each for each in pages if each["id"] == product_id), None)


def redeem(caller, product_id):
    return caller.post("/api/exchange/redeem", {"commodity_id": product_id})


def test_a_remembered_request_asks_the_database_nothing(app, make):
    guest = make.guest()
    guest.get("/api/lottery/config").ok()
    with app.app_context(), counted_queries() as queries:
        guest.get("/api/lottery/config").ok()
    assert queries == []


def test_products_hidden_repriced_renamed_and_new_are_so_everywhere_at_once(app, make, elsewhere):
    guest, product = make.guest(), make.product(category="一")
    there = elsewhere(guest)
    assert listed(there, product, "category=一")["exchange_points"] == 100
    change(app, Product, product, exchange_points=70, name="新名")
    found = listed(there, product, "category=一")
    assert (found["exchange_points"], found["name"]) == (70, "新名")
    assert redeem(there, product).ok()["points_cost"] == 70
    another = make.product(category="一")
    assert listed(there, another, "category=一")
    change(app, Product, product, status="inactive")
    assert listed(there, product, "category=一") is None
    assert redeem(there, product).code == 4001


def test_a_change_dated_by_a_clock_that_lags_is_seen(app, make, elsewhere):
    """One host's clock is minutes ahead of another's; what either changes is shown."""
    guest, product = make.guest(), make.product(category="一")
    make.product(category="一", updated_at=utcnow() + timedelta(minutes=5))
    there = elsewhere(guest)
    assert listed(there, product, "category=一")["name"] == "测试商品"
    change(app, Product, product, name="新名")
    assert listed(there, product, "category=一")["name"] == "新名"


@pytest.mark.parametrize("query", ["category=一", "category=一&sort_by=sales_count"])
def test_a_product_changed_by_hand_is_never_served_as_it_was(app, make, query):
    guest, product = make.guest(), make.product(category="一")
    assert listed(guest, product, query)["exchange_points"] == 100
    row = update(Product).where(Product.commodity_id == product)
    past_the_service(app, row.values(exchange_points=250))
    assert listed(guest, product, query)["exchange_points"] == 250
    past_the_service(app, row.values(status="inactive"))
    assert listed(guest, product, query) is None


def test_an_old_price_is_never_charged(app, make):
    guest, product = make.guest(), make.product()
    listed(guest, product)
    row = update(Product).where(Product.commodity_id == product)
    past_the_service(app, row.values(exchange_points=250))
    assert redeem(guest, product).ok()["points_cost"] == 250
    assert balance(guest) == 750 and orders(guest)[0].points_cost == 250
    past_the_service(app, row.values(status="inactive"))
    assert redeem(guest, product).code == 4001
    assert balance(guest) == 750 and stock(guest, product) == 9


def test_stock_and_availability_are_those_of_this_moment(make, elsewhere):
    guest, product = make.guest(), make.product(category="一", stock=2)
    there = elsewhere(make.guest())
    in_stock, sold_out = (
        "category=一&stock_status=in_stock",
        "category=一&stock_status=out_of_stock",
    )
    assert listed(there, product, in_stock)["stock"] == 2
    redeem(guest, product).ok()
    found = listed(there, product, in_stock)
    assert (found["stock"], found["sales_count"], found["status"]) == (1, 1, "available")
    order = redeem(guest, product).ok()["order_id"]
    assert listed(there, product, in_stock) is None
    assert listed(there, product, sold_out)["status"] == "sold_out"
    assert redeem(there, product).code == 4002
    guest.post(f"/api/exchange/records/{order}/cancel").ok()
    assert listed(there, product, in_stock)["stock"] == 1
    assert redeem(there, product).code == 0


def test_a_replaced_wheel_is_turned_no_more(app, make, elsewhere):
    guest = make.guest(points=5000)
    there = elsewhere(guest)
    make.wheel({"probability": 1, "prize_name": "旧"})
    there.post("/api/lottery/draw", {}).ok()
    make.wheel({"probability": 1, "prize_name": "新"})
    assert [prize["name"] for prize in there.get("/api/lottery/config").ok()["prizes"]] == ["新"]
    past_the_service(app, update(Prize).values(prize_name="更新"), insert(WheelVersion))
    drawn = there.post("/api/lottery/draw", {"draw_type": "triple"}).ok()
    assert {result["prize_name"] for result in drawn["results"]} == {"更新"}
    assert [draw.prize_name for draw in draws(guest)] == ["旧", "更新", "更新", "更新"]
    assert balance(guest) == 5000 - 400


def test_every_change_of_the_wheel_is_a_version(app, make):
    def version():
        with app.app_context():
            return prizes.wheel().unchanged.values["wheel_version"]

    merchant = make.merchant()
    before, form = version(), merchant.get("/api/merchant/prizes").ok()
    assert before > 0  # the first wheel is one
    merchant.put("/api/merchant/prizes", form).ok()
    assert version() > before


def test_a_wheel_changed_past_the_service_is_seen_when_it_is_read_again(app, make, monkeypatch):
    guest = make.guest(points=1000)
    make.wheel({"probability": 1, "prize_name": "甲"}, {"probability": 0, "prize_name": "乙"})
    guest.post("/api/lottery/draw", {}).ok()
    active = update(Prize).where(Prize.status == "active")
    past_the_service(app, active.values(probability=1 - Prize.probability))
    guest.post("/api/lottery/draw", {}).ok()
    later = time.monotonic() + freshness.FRESH_SECONDS
    monkeypatch.setattr(freshness.time, "monotonic", lambda: later)
    guest.post("/api/lottery/draw", {}).ok()
    assert [draw.prize_name for draw in draws(guest)] == ["甲", "甲", "乙"]


def test_who_may_call_is_known_everywhere_at_once(app, make, elsewhere):
    guest, merchant, admin = make.guest(), make.merchant(), make.admin()
    there = elsewhere(guest)
    there.get("/api/lottery/config").ok()
    elsewhere(merchant).get("/api/merchant/orders").ok()
    change(app, User, merchant.user_id, is_merchant=False)
    assert elsewhere(merchant).get("/api/merchant/orders").code == 7001
    admin.post(f"/api/admin/users/{guest.user_id}/ban", {"reason": "测试"}).ok()
    assert there.get("/api/lottery/config").code in (1005, 2002)
    other = make.guest()
    elsewhere(other).get("/api/lottery/config").ok()
    other.post("/api/auth/logout").ok()
    assert elsewhere(other).get("/api/lottery/config").code == 2002


def test_a_lost_redis_makes_nobody_remember(app, make):
    """Versions that are gone match nothing; the tokens are those of before."""
    guest, product = make.guest(), make.product(category="一")
    listed(guest, product, "category=一")
    past_the_service(
        app, update(Product).where(Product.commodity_id == product).values(name="改名")
    )
    app.extensions["parts"].redis.flushdb()
    assert listed(guest, product, "category=一")["name"] == "改名"


def test_an_amendment_to_what_was_replaced_meanwhile_is_dropped(app):
    """Two requests find two products changed: the slower one must not bring the old ones back."""
    memory = freshness.Memory()
    with app.app_context():
        old = memory.get("thing", lambda _: ["old"])
        memory.forget()
        new = memory.get("thing", lambda _: ["new"])
        memory.amend(old, ["old", "amended"])
        assert memory.get("thing", lambda _: ["again"]) == ["new"]
        memory.amend(new, ["new", "amended"])
        assert memory.get("thing", lambda _: ["again"]) == ["new", "amended"]


@contextmanager
def another_process(environment, log):
    port = free_port()
    environment = {**environment, "PORT": str(port), "WEB_CONCURRENCY": "1", "WS_PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "wsgi:app"]

    def get(path, caller):
        address = f"http://127.0.0.1:{port}{path}"
        headers = {"Authorization": f"Bearer {caller.token}"}
        with urlopen(Request(address, headers=headers), timeout=10) as answer:
            return json.load(answer)

    with Process("web", command, log, env=environment, cwd=PROJECT):
        wait_until(lambda: _alive(port), 60, "the other process")
        yield get


def _alive(port):
    try:
        return urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).status == 200
    except OSError:
        return False


def test_a_real_second_process_hears_of_it_too(app, make, environment, tmp_path):
    guest, product = make.guest(), make.product(category="二")
    settings = {**environment, "RATE_LIMIT_API": "1000", "LOG_LEVEL": "WARNING"}
    with another_process(settings, tmp_path / "web.log") as get:
        page = "/api/exchange/products?category=%E4%BA%8C"
        assert get(page, guest)["data"]["products"][0]["exchange_points"] == 100
        change(app, Product, product, exchange_points=70)
        assert get(page, guest)["data"]["products"][0]["exchange_points"] == 70
        change(app, Product, product, status="inactive")
        assert get(page, guest)["data"]["products"] == []
        make.wheel({"probability": 1, "prize_name": "新"})
        assert get("/api/lottery/config", guest)["data"]["prizes"][0]["name"] == "新"
        with app.app_context():
            _end_sessions(guest.user_id)
        assert get("/api/lottery/config", guest)["code"] == 2002


@transactional
def _end_sessions(user_id):
    sessions.revoke_all(user_id)
