"""Moving in from the first backend: balances as guests see them, books that balance."""

import pytest
from sqlalchemy import create_engine, text

from devstack import legacy as first_backend
from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.exchange import Order, Product
from points_app.models.points import LedgerEntry
from points_app.models.receipts import Receipt
from points_app.services.legacy import history, orders, run
from points_app.services.privacy import erasure
from tests.client import ApiClient
from tests.databases import empty_databases

GUESTS = 2100


@pytest.fixture(scope="module")
def databases(database_url):
    """URLs of a made legacy database and an empty one, on the server of the suite."""
    with empty_databases(database_url, "legacy_old", "legacy_new") as urls:
        first_backend.make(urls["legacy_old"], GUESTS)
        yield urls["legacy_old"], urls["legacy_new"]


@pytest.fixture(scope="module")
def new_home(databases, redis_url, scratch):
    """An app on the new database, migrated and not seeded."""
    from flask_migrate import upgrade

    from tests.conftest import TEST_ENVIRONMENT

    variables = {
        **TEST_ENVIRONMENT,
        "DATABASE_URL": databases[1],
        "REDIS_URL": redis_url,
        "STORAGE_DIR": str(scratch / "legacy-storage"),
        "SMS_ACCEPT_ANY_CODE": "1",
    }
    app = create_app(Settings.from_env(variables))
    with app.app_context():
        upgrade()
        app.extensions["parts"].redis.flushdb()
    yield app
    with app.app_context():
        db.engine.dispose()


def move(app, databases, *options):
    return app.test_cli_runner().invoke(args=["import-legacy", "--from", databases[0], *options])


@pytest.fixture(scope="module")
def moved(new_home, databases):
    """The import, looked at first and then done."""
    looked = move(new_home, databases)
    with new_home.app_context():
        assert db.session.query(User).count() == 0
        db.session.remove()
    return looked, move(new_home, databases, "--write")


def test_a_look_says_what_would_be_done_and_writes_nothing(moved):
    looked, _ = moved
    assert looked.exit_code == 0, looked.output
    assert f"users: {GUESTS - 2} would move" in looked.output
    assert "balances corrected: 210 guests" in looked.output
    assert "users 997: its mobile has another account, it stays behind" in looked.output
    assert "users 1994: its mobile is no number, the guest stays behind" in looked.output
    assert "system_configs theme: unknown here, left out" in looked.output
    assert "commodity_pool 1: negative stock becomes 0" in looked.output
    assert "Nothing was written" in looked.output


def test_everything_moves_and_the_books_balance(moved):
    _, done = moved
    assert done.exit_code == 0, done.output
    assert f"users: {GUESTS - 2} moved" in done.output
    assert f"lottery_records: {GUESTS - 2} moved" in done.output
    assert "the books balance" in done.output


def rows(app, query):
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(query).all()


def test_guests_see_the_balance_they_had(moved, new_home, databases):
    old = create_engine(databases[0])
    with old.connect() as connection:
        seen = dict(connection.execute(text("SELECT user_id, total_points FROM users")).all())
    old.dispose()
    new = dict(rows(new_home, db.select(User.user_id, User.total_points)))
    assert new == {user_id: seen[user_id] for user_id in new}


def test_stock_moves_as_it_stands(moved, new_home):
    stock = dict(rows(new_home, db.select(Product.commodity_id, Product.stock)))
    assert stock[1] == 0 and stock[20] == 50


def test_the_history_stays_and_corrections_stand_beside_it(moved, new_home):
    ledger = db.select(
        LedgerEntry.points, LedgerEntry.source, LedgerEntry.description, LedgerEntry.balance_after
    )
    lines = rows(new_home, ledger.where(LedgerEntry.user_id == 20).order_by(LedgerEntry.id))
    history_of_20 = [(line.points, line.source) for line in lines if line.source != "admin"]
    assert history_of_20 == [
        (1000, "register"),
        (-1500, "exchange"),
        (900, "photo_upload"),
        (-100, "lottery"),
        (300, "photo_upload"),
    ]
    assert lines[0].description == history.OPENING and lines[0].points >= 500
    assert min(line.balance_after for line in lines) >= 0


def test_a_guest_logs_in_with_their_number_and_goes_on(moved, new_home):
    anonymous = ApiClient(new_home)
    login = {"phone": "13900000007", "code": "123456"}
    answer = anonymous.post("/api/auth/login", login).ok()
    assert answer["user_info"]["user_id"] == 7 and answer["user_info"]["is_merchant"]
    guest = ApiClient(new_home, answer["access_token"], 7)
    guest.post("/api/lottery/draw", {}).ok()
    guest.post("/api/exchange/redeem", {"commodity_id": 2}).ok()
    receipts = guest.get("/api/photo/records").ok()
    assert receipts["records"][0]["upload_id"] == "UP0000000000007"
    banned = {"phone": "13900000500", "code": "123456"}
    assert anonymous.post("/api/auth/login", banned).code == 1005


def test_old_orders_are_sealed_and_can_be_cancelled(moved, new_home):
    pending = db.select(Order.user_id, Order.order_id, Order.delivery_info, Order.commodity_id)
    order = rows(new_home, pending.where(Order.status == "pending").limit(1))[0]
    assert order.delivery_info.startswith("v1:") and "人民路" not in order.delivery_info
    login = {"phone": f"139{order.user_id:08d}", "code": "123456"}
    token = ApiClient(new_home).post("/api/auth/login", login).ok()["access_token"]
    guest = ApiClient(new_home, token, order.user_id)
    (record,) = guest.get("/api/exchange/records").ok()["records"]
    assert record["delivery_info"]["address"] == f"人民路{order.user_id}号"
    guest.post(f"/api/exchange/records/{order.order_id}/cancel").ok()


def test_waiting_receipts_are_reviewed_here(moved, new_home):
    waiting = db.select(Receipt.upload_id).where(Receipt.review_status == "pending")
    upload_id = rows(new_home, waiting.limit(1))[0].upload_id
    login = {"phone": "13900000007", "code": "123456"}
    token = ApiClient(new_home).post("/api/auth/login", login).ok()["access_token"]
    merchant = ApiClient(new_home, token, 7)
    body = {"upload_id": upload_id, "action": "approve"}
    assert merchant.post("/api/merchant/review", body).ok()["points_awarded"] == 300


def test_after_some_days_of_business_the_books_still_balance(moved, new_home):
    """Runs after the tests above have drawn, ordered, cancelled and approved."""
    result = new_home.test_cli_runner().invoke(args=["prove"])
    assert result.exit_code == 0, result.output


def test_a_full_database_is_refused(moved, new_home, databases):
    again = move(new_home, databases, "--write")
    assert again.exit_code == 1 and "users is not empty" in again.output


def test_an_interrupted_import_goes_on(moved, new_home, databases, monkeypatch):
    """The newest draws are taken out, as if it had been interrupted before them."""
    with new_home.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM lottery_records WHERE imported AND id > 1500"))
        gone = connection.execute(text("SELECT COUNT(*) FROM lottery_records WHERE imported"))
        assert gone.scalar_one() < 1500
        connection.execute(text("DELETE FROM lottery_records WHERE NOT imported"))
        connection.execute(
            text(
                "DELETE FROM points_records WHERE source LIKE 'lottery%' AND id > 0"
                " AND related_id NOT LIKE 'legacy:%'"
            )
        )
    with new_home.app_context():
        report = run(databases[0], write=True, resume=True, progress=lambda *_: None)
    assert report.moved["lottery_records"] > 500 and report.moved["users"] == 0


def test_what_an_erased_guest_had_stays_behind(moved, new_home, databases):
    """The newest order is taken out, and its guest erased, before the import goes on."""
    with new_home.app_context():
        order = db.session.query(Order).filter_by(imported=True).order_by(Order.id.desc()).first()
        last, user_id = order.id, order.user_id
        db.session.remove()
        erasure.erase(user_id)
        with db.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM exchange_records WHERE id >= {last}"))
        report = run(databases[0], write=True, resume=True, progress=lambda *_: None)
        assert any(
            f"user_id {user_id} did not move in, or was erased" in each for each in report.problems
        )
        assert db.session.query(Order).filter(Order.id >= last).count() == 0


@pytest.mark.parametrize(
    ("balance", "points", "expected"),
    [
        (900, [1000, -100], [1000, -100]),
        (950, [1000, -100], [50, 1000, -100]),
        (0, [1000, -1500], [500, 1000, -1500]),
        (0, [], []),
        (70, [], [70]),
        (0, [1000], [1000, -1000]),
        (100, [1000, -1500, 900], [500, 1000, -1500, 900, -800]),
    ],
)
def test_corrections(balance, points, expected):
    rows = [
        {
            "id": number,
            "type": "earn" if each > 0 else "spend",
            "points": abs(each),
            "source": "admin",
            "created_at": None,
        }
        for number, each in enumerate(points)
    ]
    lines = history.ledger(1, balance, rows, first_backend.START)
    assert [line.points for line in lines] == expected
    assert [line.balance_after for line in lines][-1:] == ([balance] if lines else [])


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ({"a": 1}, '{"a":1}'),
        ('{"a": 1}', '{"a": 1}'),
        ("人民路8号", '"人民路8号"'),
        (None, None),
        ("", None),
    ],
)
def test_delivery_information_in_every_spelling(value, stored):
    assert orders._as_json(value) == stored
