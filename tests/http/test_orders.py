"""What becomes of orders and claimable prizes, through HTTP."""

import base64

import pytest

from points_app.codes import normalise_code
from tests.books import audit_entries, balance, draws, ledger, orders, stock
from tests.hearing import hears


def buy(guest, product, quantity=1, **more):
    body = {"commodity_id": product, "quantity": quantity, **more}
    return guest.post("/api/exchange/redeem", body).ok()


class TestOneOrder:
    def test_it_has_the_code_as_a_picture_while_it_can_be_used(self, make):
        guest, product = make.guest(), make.product()
        placed = buy(guest, product)
        order = guest.get(f"/api/exchange/records/{placed['order_id']}").ok()
        assert order["pickup_code"] == placed["pickup_code"] and order["remark"] is None
        kind, picture = order["pickup_qr"].split(",")
        assert kind == "data:image/png;base64"
        assert base64.b64decode(picture).startswith(b"\x89PNG")
        guest.post(f"/api/exchange/records/{placed['order_id']}/cancel").ok()
        again = guest.get(f"/api/exchange/records/{placed['order_id']}").ok()
        assert (again["status"], again["pickup_qr"]) == ("cancelled", None)

    def test_codes_can_be_typed_and_read_aloud(self, make):
        code = buy(make.guest(), make.product())["pickup_code"]
        assert len(code) == 10 and not set(code) & set("01OILUV")
        assert normalise_code(f" {code[:5].lower()}-{code[5:]} ") == code
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
        assert normalise_code(wrong) is None

    def test_somebody_elses_does_not_exist(self, make):
        order_id = buy(make.guest(), make.product())["order_id"]
        stranger = make.guest()
        for path in (order_id, "EX-nothing"):
            assert stranger.get(f"/api/exchange/records/{path}").code == 4004
            assert stranger.post(f"/api/exchange/records/{path}/cancel").code == 4004


class TestCancel:
    def test_points_and_stock_return_and_both_are_announced(self, app, make):
        guest, product = make.guest(), make.product()
        with hears(app, f"n:u:{guest.user_id}", f"n:p:{product}") as heard:
            order_id = buy(guest, product, 3)["order_id"]
            assert (balance(guest), stock(guest, product)) == (700, 7)
            cancelled = guest.post(f"/api/exchange/records/{order_id}/cancel").ok()
        assert cancelled["status"] == "cancelled"
        assert (balance(guest), stock(guest, product)) == (1000, 10)
        *_, refund, restock = (notice["data"] for notice in heard)  # buying was announced too
        assert (refund["reason"], refund["change_points"]) == ("exchange_refund", 300)
        assert (restock["operation"], restock["stock"]) == ("restock", 10)
        row = ledger(guest)[-1]
        assert (row.source, row.related_id, row.points) == ("exchange_refund", order_id, 300)
        shown = guest.get(f"/api/exchange/products/{product}").ok()
        assert (shown["stock"], shown["sales_count"]) == (10, 0)

    def test_once(self, make):
        guest, product = make.guest(), make.product()
        order_id = buy(guest, product)["order_id"]
        guest.post(f"/api/exchange/records/{order_id}/cancel").ok()
        refused = guest.post(f"/api/exchange/records/{order_id}/cancel")
        assert (refused.code, refused.data) == (4005, {"status": "cancelled"})
        assert (balance(guest), stock(guest, product)) == (1000, 10)


class TestMerchant:
    def test_the_list(self, make):
        guest, merchant, product = make.guest(), make.merchant(), make.product()
        first = buy(guest, product, delivery_info={"address": "人民路8号"})
        second = buy(guest, product, 2)
        listed = merchant.get("/api/merchant/orders?status=pending").ok()
        assert [each["order_id"] for each in listed["orders"]] == [
            second["order_id"],
            first["order_id"],
        ]
        order = listed["orders"][1]
        assert order["delivery_info"] == {"address": "人民路8号"}
        assert order["user_id"] == guest.user_id and "****" in order["user_info"]["mobile"]
        assert "pickup_code" not in order
        assert merchant.get("/api/merchant/orders?status=shipped").ok()["orders"] == []
        assert merchant.get("/api/merchant/orders?status=lost").code == 9001

    def test_ship_and_complete(self, make):
        guest, merchant = make.guest(), make.merchant()
        order_id = buy(guest, make.product())["order_id"]
        path = f"/api/merchant/orders/{order_id}"
        shipped = merchant.post(f"{path}/ship", {"remark": "顺丰 SF1234567890"}).ok()
        assert (shipped["status"], shipped["completed_time"]) == ("shipped", None)
        record = guest.get(f"/api/exchange/records/{order_id}").ok()
        assert (record["status"], record["remark"]) == ("shipped", "顺丰 SF1234567890")
        done = merchant.post(f"{path}/complete").ok()
        assert done["status"] == "completed" and done["completed_time"].endswith("Z")
        assert done["remark"] == "顺丰 SF1234567890"
        entries = audit_entries(merchant, f"order:{order_id}")
        assert [(each.actor_id, each.action) for each in entries] == [
            (merchant.user_id, "order.shipped"),
            (merchant.user_id, "order.completed"),
        ]

    @pytest.mark.parametrize(
        ("done", "refused"),
        [
            (["ship"], ["ship", "cancel"]),
            (["complete"], ["ship", "complete", "cancel"]),
            (["cancel"], ["ship", "complete", "cancel"]),
        ],
    )
    def test_what_a_state_forbids(self, make, done, refused):
        guest, merchant = make.guest(), make.merchant()
        path = f"/api/merchant/orders/{buy(guest, make.product())['order_id']}"
        for action in done:
            merchant.post(f"{path}/{action}").ok()
        points = balance(guest)
        for action in refused:
            answer = merchant.post(f"{path}/{action}")
            assert answer.code == 4005 and answer.data["status"] != "pending"
        assert balance(guest) == points

    def test_a_merchants_cancel_pays_back(self, make):
        guest, merchant, product = make.guest(), make.merchant(), make.product()
        order_id = buy(guest, product, 2)["order_id"]
        path = f"/api/merchant/orders/{order_id}/cancel"
        assert merchant.post(path, {"remark": "缺货"}).ok()["status"] == "cancelled"
        assert (balance(guest), stock(guest, product)) == (1000, 10)

    def test_unknown_orders_and_bad_remarks(self, make):
        merchant, guest = make.merchant(), make.guest()
        assert merchant.post("/api/merchant/orders/EX0/ship").code == 4004
        order_id = buy(guest, make.product())["order_id"]
        for remark in ("长" * 256, 7, ""):
            refused = merchant.post(f"/api/merchant/orders/{order_id}/ship", {"remark": remark})
            assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "remark")
        assert orders(guest)[0].status == "pending"


class TestVerify:
    def test_a_pickup_code_completes_its_order_once(self, make):
        guest, merchant = make.guest(), make.merchant()
        placed = buy(guest, make.product())
        typed = placed["pickup_code"].lower()
        collected = merchant.post("/api/merchant/verify", {"code": typed}).ok()
        assert (collected["type"], collected["prize"]) == ("order", None)
        assert collected["order"]["order_id"] == placed["order_id"]
        assert collected["order"]["status"] == "completed"
        again = merchant.post("/api/merchant/verify", {"code": typed})
        assert (again.code, again.data) == (4005, {"status": "completed"})
        (entry,) = audit_entries(merchant, f"order:{placed['order_id']}")
        assert (entry.actor_id, entry.action) == (merchant.user_id, "order.verify")

    def test_a_claim_code_hands_the_prize_out_once(self, make):
        make.wheel({"probability": 1, "prize_type": "physical", "prize_value": 25})
        guest, merchant = make.guest(), make.merchant()
        guest.post("/api/lottery/draw", {}).ok()
        (draw,) = draws(guest)
        collected = merchant.post("/api/merchant/verify", {"code": draw.claim_code}).ok()
        assert (collected["type"], collected["order"]) == ("prize", None)
        assert collected["prize"]["prize_name"] == "奖品0"
        assert collected["prize"]["status"] == "claimed"
        (record,) = guest.get("/api/lottery/records").ok()["records"]
        assert (record["status"], record["claim_code"]) == ("claimed", draw.claim_code)
        again = merchant.post("/api/merchant/verify", {"code": draw.claim_code})
        assert (again.code, again.data) == (4005, {"status": "claimed"})
        (entry,) = audit_entries(merchant, f"draw:{draw.id}")
        assert entry.action == "prize.verify"

    def test_a_cancelled_orders_code_is_worth_nothing(self, make):
        guest, merchant = make.guest(), make.merchant()
        placed = buy(guest, make.product())
        guest.post(f"/api/exchange/records/{placed['order_id']}/cancel").ok()
        refused = merchant.post("/api/merchant/verify", {"code": placed["pickup_code"]})
        assert (refused.code, refused.data) == (4005, {"status": "cancelled"})

    def test_codes_that_are_none(self, make):
        merchant = make.merchant()
        from points_app.codes import new_code

        assert merchant.post("/api/merchant/verify", {"code": new_code()}).code == 4004
        for code in ("", "ABC", "A" * 41, 1234567890, None, "２" * 10, new_code() + "2"):
            refused = merchant.post("/api/merchant/verify", {"code": code})
            assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "code")


def test_categories_need_no_token(make, anonymous):
    make.product(category="秘密", status="inactive")
    assert anonymous.get("/api/exchange/categories").ok()["categories"] == [
        {"name": name, "count": 20} for name in ("饮品", "美食", "零食", "数码", "生活用品")
    ]
