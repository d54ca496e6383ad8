"""Products and stock from the merchant's side, through HTTP."""

import pytest

from tests.books import audit_entries, balance, count, stock
from tests.hearing import hears

PRODUCT = {"name": "手冲咖啡", "category": "饮品", "exchange_points": 180}


def movements(caller, product_id):
    from sqlalchemy import select

    from points_app.database.session import db
    from points_app.models.exchange import StockMovement

    table = StockMovement.__table__
    query = select(table.c.operation, table.c.change, table.c.actor_id)
    query = query.where(table.c.commodity_id == product_id).order_by(table.c.id)
    with caller.app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


class TestProducts:
    def test_create_and_sell(self, make):
        merchant, guest = make.merchant(), make.guest()
        created = merchant.post(
            "/api/merchant/products",
            {**PRODUCT, "stock": 5, "rating": 4.75, "image": "https://cdn.example.com/c.png"},
        ).ok()
        product_id = created["id"]
        assert created.pop("created_at") and created.pop("updated_at") and created.pop("version")
        assert created == {
            "id": product_id,
            "name": "手冲咖啡",
            "description": "",
            "category": "饮品",
            "exchange_points": 180,
            "stock": 5,
            "image": "https://cdn.example.com/c.png",
            "is_hot": False,
            "sort_order": 0,
            "rating": 4.75,
            "sales_count": 0,
            "status": "active",
        }
        assert guest.get(f"/api/exchange/products/{product_id}").ok()["stock"] == 5
        guest.post("/api/exchange/redeem", {"commodity_id": product_id}).ok()
        assert movements(merchant, product_id) == [("first", 5, merchant.user_id)]
        (entry,) = audit_entries(merchant, f"product:{product_id}")
        assert (entry.actor_id, entry.action) == (merchant.user_id, "product.create")

    def test_a_change_is_seen_by_guests_and_recorded(self, make):
        merchant, guest, product = make.merchant(), make.guest(), make.product(stock=3)
        before = guest.get("/api/exchange/products?category=测试").ok()["products"]
        assert before[0]["exchange_points"] == 100
        body = {"exchange_points": 90, "name": "新名字", "stock": 900, "sales_count": 7}
        changed = merchant.put(f"/api/merchant/products/{product}", body).ok()
        assert (changed["exchange_points"], changed["stock"], changed["sales_count"]) == (90, 3, 0)
        (shown,) = guest.get("/api/exchange/products?category=测试").ok()["products"]
        assert (shown["name"], shown["exchange_points"], shown["stock"]) == ("新名字", 90, 3)
        (entry,) = audit_entries(merchant, f"product:{product}")
        assert entry.action == "product.change"
        assert entry.details == {
            "exchange_points": {"from": 100, "to": 90},
            "name": {"from": "测试商品", "to": "新名字"},
        }

    def test_a_misspelled_field_changes_nothing(self, make):
        merchant, product = make.merchant(), make.product()
        path = f"/api/merchant/products/{product}"
        before = merchant.get(path).ok()
        refused = merchant.put(path, {"name": "新名字", "exchange_point": 90})
        assert refused.code == 9001
        assert [problem["field"] for problem in refused.data["errors"]] == ["exchange_point"]
        assert merchant.post("/api/merchant/products", PRODUCT | {"price": 1}).code == 9001
        assert merchant.get(path).ok() == before

    def test_a_product_may_be_sent_back_as_it_was_read(self, make):
        merchant, product = make.merchant(), make.product(stock=3)
        path = f"/api/merchant/products/{product}"
        before = merchant.get(path).ok()
        after = merchant.put(path, before | {"exchange_points": 90}).ok()
        changes = {"exchange_points", "updated_at", "version"}
        assert {name for name in before if before[name] != after[name]} <= changes
        assert after["exchange_points"] == 90

    def test_hidden_and_shown_again(self, make):
        merchant, guest, product = make.merchant(), make.guest(), make.product()
        path = f"/api/merchant/products/{product}"
        assert merchant.delete(path).ok()["status"] == "inactive"
        assert merchant.delete(path).ok()["status"] == "inactive"
        assert guest.get(f"/api/exchange/products/{product}").code == 4001
        assert guest.get("/api/exchange/products?category=测试").ok()["products"] == []
        assert guest.post("/api/exchange/redeem", {"commodity_id": product}).code == 4001
        assert merchant.get(path).ok()["status"] == "inactive"
        hidden = merchant.get("/api/merchant/products?status=inactive").ok()["products"]
        assert [each["id"] for each in hidden] == [product]
        merchant.put(path, {"status": "active"}).ok()
        guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
        assert len(audit_entries(merchant, f"product:{product}")) == 2

    def test_a_hidden_product_takes_its_stock_back_too(self, make):
        guest, merchant, product = make.guest(), make.merchant(), make.product()
        order = guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
        merchant.delete(f"/api/merchant/products/{product}").ok()
        guest.post(f"/api/exchange/records/{order['order_id']}/cancel").ok()
        assert (stock(guest, product), balance(guest)) == (10, 1000)

    def test_the_list(self, make):
        merchant = make.merchant()
        listed = merchant.get("/api/merchant/products?category=数码&limit=7&page=3").ok()
        assert len(listed["products"]) == 6 and listed["pagination"]["total"] == 20
        assert merchant.get("/api/merchant/products?status=gone").code == 9001

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", None),
            ("name", "长" * 101),
            ("category", " "),
            ("exchange_points", 0),
            ("exchange_points", "5"),
            ("exchange_points", 1.5),
            ("image", "http://cdn.example.com/c.png"),
            ("image", "javascript:alert(1)"),
            ("is_hot", 1),
            ("sort_order", 10**9),
            ("rating", 5.1),
            ("rating", 4.999),
            ("rating", "5"),
            ("status", "deleted"),
            ("description", "长" * 2001),
        ],
    )
    def test_bad_fields(self, make, field, value):
        from points_app.models.exchange import Product

        merchant, product = make.merchant(), make.product()
        path = f"/api/merchant/products/{product}"
        before, products = merchant.get(path).ok(), count(merchant, Product)
        answers = (
            merchant.put(path, {"name": "x", field: value}),
            merchant.post("/api/merchant/products", {**PRODUCT, field: value}),
        )
        for refused in answers:
            assert (refused.code, refused.data["errors"][0]["field"]) == (9001, field)
        assert merchant.get(path).ok() == before and count(merchant, Product) == products

    def test_unknown_products(self, make):
        merchant = make.merchant()
        path = "/api/merchant/products/999999"
        assert merchant.get(path).code == merchant.delete(path).code == 4001
        assert merchant.put(path, {"name": "x"}).code == 4001
        body = {"operation": "restock", "quantity": 1}
        assert merchant.post(f"{path}/stock", body).code == 4001


class TestStock:
    def test_restock_adds_and_adjust_sets_and_both_are_announced(self, app, make):
        merchant, product = make.merchant(), make.product(stock=2)
        path = f"/api/merchant/products/{product}/stock"
        with hears(app, f"n:p:{product}") as heard:
            added = merchant.post(path, {"operation": "restock", "quantity": 5}).ok()
            counted = merchant.post(path, {"operation": "admin_adjust", "quantity": 4}).ok()
        assert (added, counted) == ({"stock": 7}, {"stock": 4})
        announced = [(each["data"]["stock"], each["data"]["operation"]) for each in heard]
        assert announced == [(7, "restock"), (4, "admin_adjust")]
        assert stock(merchant, product) == 4
        who = merchant.user_id
        _, *later = movements(merchant, product)
        assert later == [("restock", 5, who), ("admin_adjust", -3, who)]
        entries = audit_entries(merchant, f"product:{product}")
        assert [each.details for each in entries] == [
            {"operation": "restock", "from": 2, "to": 7},
            {"operation": "admin_adjust", "from": 7, "to": 4},
        ]

    def test_sold_out_and_there_again(self, make):
        merchant, guest, product = make.merchant(), make.guest(), make.product(stock=1)
        path = f"/api/merchant/products/{product}/stock"
        in_stock = "/api/exchange/products?category=测试&stock_status=in_stock"
        merchant.post(path, {"operation": "admin_adjust", "quantity": 0}).ok()
        assert guest.get(in_stock).ok()["products"] == []
        assert guest.post("/api/exchange/redeem", {"commodity_id": product}).code == 4002
        merchant.post(path, {"operation": "restock", "quantity": 1}).ok()
        assert [each["id"] for each in guest.get(in_stock).ok()["products"]] == [product]
        guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()

    def test_a_repeated_delivery_note_counts_once(self, make):
        merchant, product = make.merchant(), make.product(stock=2)
        path = f"/api/merchant/products/{product}/stock"
        headers = {"Idempotency-Key": "delivery-77"}
        for _ in range(2):
            answer = merchant.post(path, {"operation": "restock", "quantity": 5}, headers=headers)
            assert answer.ok() == {"stock": 7}
        assert stock(merchant, product) == 7

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("operation", "purchase"),
            ("operation", None),
            ("quantity", 0),
            ("quantity", -1),
            ("quantity", 1.0),
            ("quantity", "1"),
            ("quantity", 1_000_001),
            ("quantity", None),
        ],
    )
    def test_bad_changes(self, make, field, value):
        merchant, product = make.merchant(), make.product()
        body = {"operation": "restock", "quantity": 1, field: value}
        refused = merchant.post(f"/api/merchant/products/{product}/stock", body)
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, field)
        assert stock(merchant, product) == 10
        assert movements(merchant, product) == [("first", 10, None)]
