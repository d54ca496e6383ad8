"""What is charged is what was shown, or nothing: prices that change while a guest looks at them."""

import threading
from collections import Counter
from functools import partial

import pytest

from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from tests.books import balance, draws, ledger, orders, set_config, stock
from tests.client import ApiClient
from tests.racing import UNLIMITED, race


@pytest.fixture
def settings_override():
    return UNLIMITED


@pytest.fixture
def guest(make):
    make.wheel({"probability": 1})
    return make.guest(points=5000)


@pytest.mark.parametrize(("kind", "turns"), [("single", 1), ("triple", 3), ("decade", 10)])
def test_a_draw_that_costs_what_was_shown(guest, kind, turns):
    body = {"draw_type": kind, "expected_cost": 100 * turns}
    assert guest.post("/api/lottery/draw", body).ok()["points_cost"] == 100 * turns


def test_a_draw_that_costs_something_else_is_refused(app, guest):
    set_config(app, "lottery_cost_points", "1000")
    body, key = {"draw_type": "triple", "expected_cost": 300}, {"Idempotency-Key": "k"}
    before = ledger(guest)
    refused = guest.post("/api/lottery/draw", body, headers=key)
    assert (refused.code, refused.data) == (3005, {"expected": 300, "current": 3000})
    assert (balance(guest), draws(guest), len(ledger(guest))) == (5000, [], len(before))
    body["expected_cost"] = refused.data["current"]
    drawn = guest.post("/api/lottery/draw", body, headers={"Idempotency-Key": "l"}).ok()
    assert (drawn["points_cost"], drawn["remaining_points"]) == (3000, 2000)


def test_the_price_of_this_moment_counts_and_not_one_remembered(
    app, environment, guest, make, settings_override
):
    """Another process changed it a moment ago; this one still remembers."""
    elsewhere = create_app(Settings.from_env({**environment, **settings_override}))
    there = ApiClient(elsewhere, guest.token, guest.user_id)
    assert there.get("/api/lottery/config").ok()["cost_points"] == 100
    make.admin().put("/api/admin/settings", {"settings": {"lottery_cost_points": 70}}).ok()
    there.post("/api/lottery/draw", {"expected_cost": 70}).ok()
    assert balance(guest) == 4930
    with elsewhere.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("cost", [-1, "100", 1.5, True, [100]])
def test_costs_that_are_none(guest, cost):
    for path, body in (("lottery/draw", {}), ("exchange/redeem", {"commodity_id": 1})):
        refused = guest.post(f"/api/{path}", {**body, "expected_cost": cost})
        assert refused.code == 9001 and refused.data["errors"][0]["field"] == "expected_cost"


def test_an_order_that_costs_something_else_is_refused(make, guest):
    product = make.product(exchange_points=100)
    body = {"commodity_id": product, "quantity": 3, "expected_cost": 300}
    make.merchant().put(f"/api/merchant/products/{product}", {"exchange_points": 150}).ok()
    refused = guest.post("/api/exchange/redeem", body)
    assert (refused.code, refused.data) == (4006, {"expected": 300, "current": 450})
    assert (balance(guest), orders(guest), stock(guest, product)) == (5000, [], 10)
    assert (
        guest.post("/api/exchange/redeem", {**body, "expected_cost": 450}).ok()["points_cost"]
        == 450
    )


def test_prices_that_change_all_the_time_cost_nobody_their_attempts(app, make):
    """400 orders queue for one row while its price changes as fast as it can."""
    product = make.product(exchange_points=100, stock=400)
    guests = [make.guest(points=100_000) for _ in range(20)]
    merchant, done = make.merchant(), threading.Event()

    def change_prices():
        price = 100
        while not done.is_set():
            price = 100 + (price + 7) % 50
            body = {"exchange_points": price}
            merchant.put(f"/api/merchant/products/{product}", body).ok()

    order = {"commodity_id": product}
    changing = threading.Thread(target=change_prices)
    changing.start()
    try:
        buy = [partial(each.post, "/api/exchange/redeem", order) for each in guests]
        codes = sum((race(buy) for _ in range(20)), Counter())
    finally:
        done.set()
        changing.join()
    assert codes == {0: 400}
    assert stock(guests[0], product) == 0
    for guest in guests:
        assert balance(guest) == 100_000 - sum(order.points_cost for order in orders(guest))


def test_the_rules_say_what_a_turn_costs(app, guest):
    assert "每次抽奖消耗100积分" in guest.get("/api/lottery/config").ok()["rules"]
    set_config(app, "lottery_cost_points", "250")
    assert "每次抽奖消耗250积分" in guest.get("/api/lottery/config").ok()["rules"]
