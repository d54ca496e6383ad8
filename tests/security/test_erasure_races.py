"""An account is erased while everybody does everything with it, and the proof looks afterwards."""

import threading

import pytest

from devstack.process import wait_until
from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.exchange import Order
from points_app.models.receipts import Receipt
from points_app.services.accounts import revocations, sessions
from points_app.services.privacy import erasure, forgetting
from tests.books import balance, sql, stock
from tests.proving import findings
from tests.racing import UNLIMITED, at_once
from tests.receipts_in import blank, hand_in, send

APPLICATION = {"business_name": "店", "contact_person": "王芳", "contact_phone": "13799990000"}


@pytest.fixture
def settings_override():
    return UNLIMITED


def decide(merchant, upload_id, action="approve", **body):
    return merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": action, **body})


def _buy(guest, product):
    return guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()["order_id"]


def everything(guest, merchant, admin, product):
    """All that can happen to an account at once, as requests that are still to be sent."""
    uploads = [hand_in(guest, "88.00") for _ in range(4)]
    appealed = hand_in(guest, "33.00")
    decide(merchant, appealed, "reject", reason="看不清").ok()
    bought = [_buy(guest, product) for _ in range(4)]
    mine = {"user_id": guest.user_id, "points": 5, "reason": "补偿"}
    return [
        *[lambda up=up: decide(merchant, up) for up in uploads],
        *[lambda: guest.post("/api/lottery/draw", {})] * 4,
        *[lambda: guest.post("/api/exchange/redeem", {"commodity_id": product})] * 4,
        *[
            lambda order=order: guest.post(f"/api/exchange/records/{order}/cancel")
            for order in bought
        ],
        *[lambda shade=shade: send(guest, blank(shade), "20.00") for shade in range(4)],
        lambda: guest.post("/api/points/check-in"),
        lambda: guest.post("/api/merchant/apply", APPLICATION),
        lambda: guest.post(f"/api/photo/records/{appealed}/appeal", {"reason": "清楚"}),
        lambda: admin.post("/api/points/operate", mine),
        lambda: admin.post(f"/api/admin/users/{guest.user_id}/unban", {"reason": "误判"}),
        lambda: guest.put("/api/user/info", {"nickname": "王芳"}),
    ]


@pytest.mark.parametrize("turn", range(5))
def test_erase_against_everybody(app, make, turn):
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 30})
    guest, product = make.guest(points=9000), make.product(stock=1000)
    calls = everything(guest, make.merchant(), make.admin(), product)

    def forget():
        with app.app_context():
            return erasure.erase(guest.user_id)

    results = at_once([forget, *calls])
    assert len(results) == len(calls) + 1
    answers = [result for result in results if not isinstance(result, erasure.Erased)]
    assert {answer.status for answer in answers} == {200}, answers
    with app.app_context():
        assert findings() == {}
        erased = db.session.get(User, guest.user_id)
        assert (erased.status, erased.nickname) == ("banned", forgetting.ERASED_NAME)
        assert erased.erased_at is not None and erased.total_points == balance(guest)
        assert db.session.query(Receipt).filter_by(review_status="pending").count() == 0
        open_orders = db.session.query(Order).filter_by(status="pending").count()
        assert stock(guest, product) == 1000 - open_orders
    assert guest.post("/api/lottery/draw", {}).code == 1005


def test_a_guest_who_orders_all_the_time_is_erased_too(app, make, monkeypatch):
    """Nobody tells the other processes of the ban: they read it when they trust it no longer."""
    monkeypatch.setattr(sessions.freshness, "changed", lambda *names: None)
    monkeypatch.setattr(revocations, "REACHES_SECONDS", 1.0)
    guest, product, stop = (
        make.guest(points=1_000_000),
        make.product(stock=100_000),
        threading.Event(),
    )
    address = {"name": "王芳", "phone": "13900000000", "address": "人民路1号"}
    order = {"commodity_id": product, "delivery_info": address}

    def orders():
        while not stop.is_set():
            guest.post("/api/exchange/redeem", order)

    threads = [threading.Thread(target=orders) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: guest.get("/api/exchange/records").ok()["records"], 10, "the first order")
    erased = app.test_cli_runner().invoke(args=["user", "erase", str(guest.user_id), "--yes"])
    stop.set()
    for thread in threads:
        thread.join()
    assert erased.exit_code == 0, erased.output
    with app.app_context():
        assert findings() == {}
        kept = db.session.query(Order).filter(Order.delivery_info.is_not(None)).count()
        assert kept == 0


TAMPERED = [
    "UPDATE users SET status = 'active' WHERE user_id = :user",
    "UPDATE users SET is_admin = 1 WHERE user_id = :user",
    "UPDATE points_records SET created_at = '2099-01-01' WHERE user_id = :user",
    "UPDATE photo_reviews SET review_status = 'pending' WHERE user_id = :user",
    "UPDATE photo_reviews SET review_status = 'approved', review_time = '2099-01-01'",
    "UPDATE merchant_applications SET status = 'pending' WHERE user_id = :user",
    "UPDATE exchange_records SET points_forfeited = 1 WHERE user_id != :user",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_the_proof_names_an_erased_account_that_is_not_closed(app, make, statement):
    guest, other, product = make.guest(), make.guest(), make.product()
    hand_in(guest, "20.00")
    guest.post("/api/merchant/apply", APPLICATION).ok()
    for each in (guest, other):
        each.post("/api/exchange/redeem", {"commodity_id": product}).ok()
    with app.app_context():
        erasure.erase(guest.user_id)
        assert findings() == {}
        user = {"user": guest.user_id} if ":user" in statement else {}
        assert sql(statement, **user)
        assert "erased" in findings()
