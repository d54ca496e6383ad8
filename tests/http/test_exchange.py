"""The catalogue and orders through HTTP."""

import pytest

from tests.books import balance, orders, stock


def test_products_have_the_contracts_fields(make):
    product_id = make.product(name="咖啡", category="饮品", exchange_points=150, stock=0)
    listed = make.guest().get("/api/exchange/products?max_points=150&min_points=150").ok()
    (product,) = [each for each in listed["products"] if each["id"] == product_id]
    assert product == {
        "id": product_id,
        "name": "咖啡",
        "description": "",
        "category": "饮品",
        "exchange_points": 150,
        "points_cost": 150,
        "stock": 0,
        "image": None,
        "is_hot": False,
        "rating": 5,
        "sales_count": 0,
        "status": "sold_out",
    }


@pytest.mark.also_on_sqlite
def test_every_page_together_is_the_whole_catalogue_once(make):
    guest = make.guest()
    for query in ("sort_by=rating", "sort_by=stock&sort_order=desc", "category=全部", ""):
        seen = []
        for page in range(1, 8):
            path = f"/api/exchange/products?page={page}&size=15&{query}"
            seen += [product["id"] for product in guest.get(path).ok()["products"]]
        assert len(seen) == len(set(seen)) == 100


def test_filters_and_order(make):
    guest = make.guest()
    drinks = guest.get("/api/exchange/products?category=饮品&sort_by=exchange_points").ok()
    assert drinks["pagination"] == {"total": 20, "page": 1, "limit": 20, "total_pages": 1}
    prices = [product["exchange_points"] for product in drinks["products"]]
    assert prices == sorted(prices)
    empty = make.product(stock=0)
    sold_out = guest.get("/api/exchange/products?stock_status=out_of_stock").ok()
    assert [product["id"] for product in sold_out["products"]] == [empty]


def test_hidden_products_are_hidden(make):
    hidden = make.product(status="inactive", category="秘密")
    guest = make.guest()
    assert guest.get("/api/exchange/products?category=秘密").ok()["products"] == []
    assert guest.post("/api/exchange/redeem", {"commodity_id": hidden}).code == 4001


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort_by=password", "sort_by"),
        ("sort_order=up", "sort_order"),
        ("page=0", "page"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("page=１", "page"),
        ("page=1.0", "page"),
        ("page=1_0", "page"),
        ("min_points=-1", "min_points"),
        ("stock_status=some", "stock_status"),
    ],
)
def test_bad_queries_name_the_field(make, query, field):
    answer = make.guest().get(f"/api/exchange/products?{query}")
    assert (answer.status, answer.code, answer.msg) == (200, 9001, "参数错误")
    assert answer.data["errors"][0]["field"] == field


def test_a_limit_above_100_is_cut(make):
    listed = make.guest().get("/api/exchange/products?limit=5000").ok()
    assert listed["pagination"]["limit"] == 100 and len(listed["products"]) == 100


@pytest.mark.also_on_sqlite
def test_redeem(make):
    guest, product = make.guest(), make.product(exchange_points=120, stock=5)
    order = guest.post(
        "/api/exchange/redeem",
        {"commodity_id": product, "quantity": 2, "delivery_info": {"name": "张三", "room": 8}},
    ).ok()
    assert order["order_id"].startswith("EX") and len(order["order_id"]) <= 50
    assert (order["points_cost"], order["remaining_points"]) == (240, 760)
    assert order["status"] == "pending" and balance(guest) == 760
    assert stock(guest, product) == 3
    (row,) = orders(guest)
    assert row.delivery_info.startswith("v1:") and "张三" not in row.delivery_info
    (record,) = guest.get("/api/exchange/records").ok()["records"]
    assert record["delivery_info"] == {"name": "张三", "room": 8}
    assert record["pickup_code"] == order["pickup_code"]
    listed = guest.get(f"/api/exchange/products/{product}").ok()
    assert listed["sales_count"] == 2


def test_other_names_of_the_fields(make):
    guest, product = make.guest(), make.product()
    body = {"product_id": product, "delivery_address": "人民路8号"}
    guest.post("/api/exchange/redeem", body).ok()
    (record,) = guest.get("/api/exchange/records?status=pending").ok()["records"]
    assert record["delivery_info"] == "人民路8号"


@pytest.mark.also_on_sqlite
def test_out_of_stock_changes_nothing(make):
    guest, product = make.guest(), make.product(stock=2)
    answer = guest.post("/api/exchange/redeem", {"commodity_id": product, "quantity": 3})
    assert (answer.code, answer.data) == (4002, {"available": 2, "requested": 3})
    assert balance(guest) == 1000 and stock(guest, product) == 2 and not orders(guest)


@pytest.mark.also_on_sqlite
def test_too_few_points_changes_nothing(make):
    guest, product = make.guest(points=250), make.product()
    answer = guest.post("/api/exchange/redeem", {"commodity_id": product, "quantity": 3})
    assert (answer.code, answer.data) == (4003, {"required": 300, "current": 250})
    assert balance(guest) == 250 and stock(guest, product) == 10 and not orders(guest)


@pytest.mark.parametrize(
    "change",
    [
        {"commodity_id": None},
        {"commodity_id": "1"},
        {"commodity_id": 1.0},
        {"commodity_id": 0},
        {"commodity_id": 10**30},
        {"quantity": 0},
        {"quantity": 100},
        {"quantity": True},
        {"quantity": "2"},
        {"delivery_info": 7},
        {"delivery_info": {"a": "x" * 5000}},
        {"delivery_info": "null\x00byte"},
    ],
)
def test_bad_bodies_name_the_field_and_change_nothing(make, change):
    guest, product = make.guest(), make.product()
    answer = guest.post("/api/exchange/redeem", {"commodity_id": product, **change})
    assert answer.code == 9001
    assert answer.data["errors"][0]["field"].split(".")[0] in change
    assert balance(guest) == 1000 and not orders(guest)


def test_an_unknown_product(make):
    guest = make.guest()
    assert guest.post("/api/exchange/redeem", {"commodity_id": 999_999}).code == 4001
    assert guest.get("/api/exchange/products/999999").code == 4001
