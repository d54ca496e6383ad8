"""Long histories: every page has its rows, and deep ones read no more than their own."""

from sqlalchemy import insert

from points_app.database.session import db, transactional
from points_app.models.exchange import Product
from points_app.models.points import Source
from points_app.services.points import wallet
from tests.books import ledger
from tests.queries import counted_queries

ROWS = 260


@transactional
def _long_history(user_id):
    for number in range(ROWS):
        points = 1 if number % 2 else 2
        wallet.book(user_id, wallet.Entry(points, Source.ADMIN, f"long:{number}", "历史"))


def test_all_pages_together_are_the_history_newest_first(app, make):
    guest = make.guest()
    with app.app_context():
        _long_history(guest.user_id)
    seen = []
    for page in range(1, 8):
        answer = guest.get(f"/api/points/records?page={page}&limit=50").ok()
        assert answer["pagination"]["total"] == len(ledger(guest))
        seen += [record["id"] for record in answer["records"]]
    assert seen == [row.id for row in reversed(ledger(guest))]


def test_a_deep_page_skips_by_the_index(app, make):
    guest = make.guest()
    with app.app_context():
        _long_history(guest.user_id)
        with counted_queries() as queries:
            deep = guest.get("/api/points/records?page=12&limit=20").ok()["records"]
    assert len(deep) == 20
    (skipping,) = [text for text, _ in queries if "LIMIT" in text]
    assert "description" not in skipping.partition("FROM")[0]


def test_so_does_one_of_the_shops_products(app, make):
    merchant = make.merchant()
    with app.app_context():
        _many_products()
        with counted_queries() as queries:
            deep = merchant.get("/api/merchant/products?page=12&limit=20").ok()["products"]
    assert len(deep) == 20
    skipping = [text for text, _ in queries if "LIMIT" in text]
    assert skipping and not any("description" in text for text in skipping)


@transactional
def _many_products():
    one = {"category": "测试", "exchange_points": 1, "stock": 0}
    db.session.execute(insert(Product), [{**one, "name": f"商品{n}"} for n in range(ROWS)])
