"""Who looked at whose data, and for how long there is something to look at; through HTTP."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from points_app.database.session import db
from points_app.models.exchange import Order
from points_app.services.audit import viewings
from points_app.services.privacy import retention
from tests.books import audit_entries, set_config
from tests.http.test_orders import buy
from tests.receipts_in import hand_in

ORDERS, PENDING = "/api/merchant/orders", "/api/merchant/pending-reviews"
ADDRESS = {"address": "人民路8号", "phone": "13912345678"}


def views(caller, target):
    return [
        (entry.actor_id, entry.action, entry.details) for entry in audit_entries(caller, target)
    ]


def test_a_search_by_phone(make, anonymous, app):
    admin = make.admin()
    anonymous.post("/api/auth/send-code", {"phone": "13600000077"}).ok()
    code = app.extensions["parts"].sms.last("13600000077")
    anonymous.post("/api/auth/login", {"phone": "13600000077", "code": code}).ok()
    (user,) = admin.get("/api/admin/users?mobile=13600000077").ok()["users"]
    assert admin.get("/api/admin/users?mobile=13600000078").ok()["users"] == []
    admin.get("/api/admin/users?mobile=13600000077").ok()
    found = {"mobile": "136****0077", "found": [user["user_id"]]}
    none = {"mobile": "136****0078", "found": []}
    expected = [(admin.user_id, "user.search", each) for each in (found, none, found)]
    assert views(admin, "users") == expected


def test_the_list_of_accounts(make):
    admin, guest = make.admin(), make.guest()
    admin.get("/api/admin/users").ok()
    ids = {"ids": [guest.user_id, admin.user_id]}
    assert views(admin, "users") == [(admin.user_id, "user.list", ids)]


def test_orders_with_addresses(make):
    guest, merchant, other = make.guest(), make.merchant(), make.merchant()
    product = make.product()
    first = buy(guest, product, delivery_info=ADDRESS)["order_id"]
    buy(guest, product)
    for _ in range(3):  # a screen that asks again is one view
        merchant.get(ORDERS).ok()
    assert views(merchant, "orders") == [(merchant.user_id, "order.list", {"ids": [first]})]
    second = buy(guest, product, delivery_info=ADDRESS)["order_id"]
    merchant.get(ORDERS).ok()
    other.get(ORDERS).ok()
    shown = {"ids": [second, first]}
    assert views(merchant, "orders")[1:] == [
        (merchant.user_id, "order.list", shown),
        (other.user_id, "order.list", shown),
    ]


def test_a_view_is_over_after_a_while(make, monkeypatch):
    guest, merchant = make.guest(), make.merchant()
    buy(guest, make.product(), delivery_info=ADDRESS)
    merchant.get(ORDERS).ok()
    monkeypatch.setattr(viewings, "SAME_VIEW_SECONDS", 0.0)
    merchant.get(ORDERS).ok()
    assert len(views(merchant, "orders")) == 2


def test_orders_without_addresses_leave_no_trace(make):
    guest, merchant = make.guest(), make.merchant()
    buy(guest, make.product())
    merchant.get(ORDERS).ok()
    assert views(merchant, "orders") == []


def test_receipts(make):
    guest, merchant = make.guest(), make.merchant()
    assert merchant.get(PENDING).ok()["reviews"] == []
    upload_id = hand_in(guest)
    (review,) = merchant.get(PENDING).ok()["reviews"]
    assert views(merchant, "receipts") == [
        (merchant.user_id, "receipt.list", {"ids": [upload_id]}),
    ]
    path = f"/api/merchant/reviews/{review['review_id']}"
    for _ in range(2):
        record = merchant.get(path).ok()
    assert views(merchant, upload_id) == [(merchant.user_id, "receipt.view", {})] * 2
    assert record["history"] == []  # which is about decisions


def test_applications(make):
    guest, admin = make.guest(), make.admin()
    form = {"business_name": "店", "contact_person": "李", "contact_phone": "13800000001"}
    applied = guest.post("/api/merchant/apply", form).ok()
    admin.get("/api/admin/applications").ok()
    ids = {"ids": [applied["application_id"]]}
    assert views(admin, "applications") == [(admin.user_id, "application.list", ids)]


def test_nothing_is_shown_that_cannot_be_recorded(make, monkeypatch):
    guest, merchant = make.guest(), make.merchant()
    buy(guest, make.product(), delivery_info=ADDRESS)

    def fail(*_):
        raise OSError("no audit")

    monkeypatch.setattr(viewings.trail, "record", fail)
    answer = merchant.get(ORDERS)
    assert (answer.status, answer.code, answer.data) == (500, 1000, None)


@pytest.fixture
def closed_orders(make):
    """One completed, one cancelled, one shipped order, each with its address."""
    guest, merchant, product = make.guest(), make.merchant(), make.product()
    ids = [buy(guest, product, delivery_info=ADDRESS)["order_id"] for _ in range(3)]
    for order_id, action in zip(ids, ("complete", "cancel", "ship"), strict=True):
        merchant.post(f"{ORDERS}/{order_id}/{action}", {}).ok()
    return guest, merchant, ids


def shift_orders(app, days):
    """Let so many days pass for all orders."""
    past = timedelta(days=days)
    with app.app_context(), db.engine.begin() as connection:
        for row in connection.execute(Order.__table__.select()):
            completed = row.completed_time and row.completed_time - past
            moved = {"exchange_time": row.exchange_time - past, "completed_time": completed}
            connection.execute(update(Order).where(Order.id == row.id).values(**moved))


def addresses(merchant):
    listed = merchant.get(ORDERS).ok()["orders"]
    return {order["order_id"]: order["delivery_info"] for order in listed}


def test_addresses_of_closed_orders_are_hidden_after_30_days_and_deleted(app, closed_orders):
    guest, merchant, (completed, cancelled, shipped) = closed_orders
    shift_orders(app, 29)
    assert addresses(merchant) == dict.fromkeys((completed, cancelled, shipped), ADDRESS)
    shift_orders(app, 2)
    hidden = {completed: None, cancelled: None, shipped: ADDRESS}
    assert addresses(merchant) == hidden
    assert guest.get(f"/api/exchange/records/{completed}").ok()["delivery_info"] == ADDRESS
    with app.app_context():
        assert retention.due()[retention.ADDRESSES] == 2
        assert retention.purge()[retention.ADDRESSES] == 2
        assert retention.due()[retention.ADDRESSES] == 0
    assert addresses(merchant) == hidden
    assert guest.get(f"/api/exchange/records/{completed}").ok()["delivery_info"] is None
    assert guest.get(f"/api/exchange/records/{shipped}").ok()["delivery_info"] == ADDRESS


def test_how_long_is_the_shops_choice(app, closed_orders):
    _, merchant, (completed, cancelled, shipped) = closed_orders
    set_config(app, "delivery_info_days", "3")
    shift_orders(app, 4)
    assert addresses(merchant) == {completed: None, cancelled: None, shipped: ADDRESS}
