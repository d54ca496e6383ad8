"""Forms that were open while others worked, through HTTP: nothing comes back, nobody is undone."""

import pytest

from tests.books import audit_entries, stock
from tests.http.test_wheel_setup import CAKE, EMPTY, changed

PRIZES, SETTINGS = "/api/merchant/prizes", "/api/admin/settings"


def wheel_with_one_cake(merchant):
    cake = changed(CAKE, stock=1, probability=0.9999, daily_limit=0)
    body = {"prizes": [cake, changed(EMPTY, probability=0.0001)]}
    return merchant.put(PRIZES, body).ok()


def win_the_cake(make):
    guest = make.guest(points=5000)
    while True:
        told = guest.post("/api/lottery/draw", {"draw_type": "decade"}).ok()
        if any(prize["prize_name"] == "蛋糕" for prize in told["results"]):
            return


def test_a_wheel_sent_back_as_it_was_read_brings_no_prize_back(make):
    merchant = make.merchant()
    form = wheel_with_one_cake(merchant)
    win_the_cake(make)
    saved = merchant.put(PRIZES, {"prizes": form["prizes"]}).ok()
    assert saved["prizes"][0]["stock"] == 0
    assert merchant.get(PRIZES).ok() == saved


def test_with_its_version_it_is_refused_and_the_next_one_sets_the_stock(make):
    merchant = make.merchant()
    form = wheel_with_one_cake(merchant)
    win_the_cake(make)
    refused = merchant.put(PRIZES, form)
    now = merchant.get(PRIZES).ok()
    assert (refused.code, refused.data) == (8003, {"version": now["version"]})
    assert now["prizes"][0]["stock"] == 0
    now["prizes"][0]["stock"] = 3
    assert merchant.put(PRIZES, now).ok()["prizes"][0]["stock"] == 3
    assert len(audit_entries(merchant, "wheel")) == 2


def test_the_second_editor_does_not_take_the_first_ones_prize_off(make):
    first, second = make.merchant(), make.merchant()
    form = wheel_with_one_cake(first)
    tea = changed(EMPTY, name="茶", angle=90, probability=0)
    added = first.put(PRIZES, form | {"prizes": [*form["prizes"], tea]}).ok()
    refused = second.put(PRIZES, form)
    assert (refused.code, refused.data["version"]) == (8003, added["version"])
    assert [prize["name"] for prize in second.get(PRIZES).ok()["prizes"]] == [
        "蛋糕",
        "茶",
        "谢谢参与",
    ]


def test_the_same_content_has_the_same_version(make):
    merchant = make.merchant()
    form = wheel_with_one_cake(merchant)
    assert merchant.put(PRIZES, form).ok() == form
    assert merchant.put(PRIZES, form).ok() == form


def test_a_product_form_that_was_open(make):
    first, second, guest = make.merchant(), make.merchant(), make.guest()
    path = f"/api/merchant/products/{make.product()}"
    form = second.get(path).ok()
    guest.post("/api/exchange/redeem", {"commodity_id": form["id"]}).ok()
    cheaper = first.put(path, {"exchange_points": 80, "version": form["version"]}).ok()
    assert cheaper["stock"] == 9  # a sale is no change of the form
    refused = second.put(path, form | {"name": "新名字"})
    assert (refused.code, refused.data) == (8003, {"version": cheaper["version"]})
    assert second.get(path).ok()["exchange_points"] == 80
    assert second.put(path, {"name": "新名字", "version": cheaper["version"]}).code == 0
    (listed,) = second.get("/api/merchant/products?category=测试").ok()["products"]
    assert listed == second.get(path).ok()


def test_a_count_that_rests_on_a_stock_that_is_gone(make):
    merchant, guest, product = make.merchant(), make.guest(), make.product()
    path = f"/api/merchant/products/{product}/stock"
    guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
    body = {"operation": "admin_adjust", "quantity": 8, "expected_stock": 10}
    refused = merchant.post(path, body)
    assert (refused.code, refused.data) == (8003, {"expected": 10, "current": 9})
    assert stock(merchant, product) == 9
    assert merchant.post(path, body | {"expected_stock": 9}).ok() == {"stock": 8}


def test_a_settings_form_that_was_open(make):
    first, second = make.admin(), make.admin()
    form = second.get(SETTINGS).ok()
    settings = {"lottery_cost_points": 120}
    changed = first.put(SETTINGS, {"settings": settings, "version": form["version"]}).ok()
    body = {"settings": {"lottery_cost_points": 90}, "version": form["version"]}
    refused = second.put(SETTINGS, body)
    assert (refused.code, refused.data) == (8003, {"version": changed["version"]})
    (cost,) = [
        each["value"]
        for each in second.get(SETTINGS).ok()["settings"]
        if each["key"] == "lottery_cost_points"
    ]
    assert cost == 120
    second.put(SETTINGS, body | {"version": changed["version"]}).ok()


@pytest.mark.parametrize("version", ["", "x" * 16, 7, "ABCDEF0123456789", "0" * 17])
def test_what_is_no_version(make, version):
    merchant, admin = make.merchant(), make.admin()
    form = merchant.get(PRIZES).ok()
    product = f"/api/merchant/products/{make.product()}"
    for refused in (
        merchant.put(PRIZES, form | {"version": version}),
        merchant.put(product, {"name": "x", "version": version}),
        admin.put(SETTINGS, {"settings": {"lottery_cost_points": 1}, "version": version}),
    ):
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "version")
