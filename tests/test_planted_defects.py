"""Defects planted in the code of the service: each must be found by the proof, or by torture's own
book of what its clients were told."""

import pytest
from sqlalchemy import text

from devstack.torture import audit
from devstack.torture.book import Book, DrawTold, OrderTold
from points_app.database.session import db, transactional
from points_app.models.points import Source
from points_app.services import idempotency, proof
from points_app.services.lottery import draws
from points_app.services.points import wallet
from tests import defects
from tests.receipts_in import hand_in


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_DRAW": "1000"}


@pytest.fixture
def shop(app, make):
    return Shop(app, make)


class Shop:
    """A guest, a merchant and a product, and what they do."""

    def __init__(self, app, make):
        self.app = app
        make.wheel({"probability": 1, "prize_type": "points", "prize_value": 30})
        self.guest, self.merchant = make.guest(points=9000), make.merchant()
        self.product = make.product(stock=10)

    def draw(self, kind="triple", **headers):
        return self.guest.post("/api/lottery/draw", {"draw_type": kind}, headers=headers)

    def redeem(self):
        return self.guest.post("/api/exchange/redeem", {"commodity_id": self.product})

    def cancel(self):
        order_id = self.redeem().ok()["order_id"]
        return self.guest.post(f"/api/exchange/records/{order_id}/cancel")

    def approve(self):
        body = {"upload_id": hand_in(self.guest, "30.00"), "action": "approve"}
        return self.merchant.post("/api/merchant/review", body)

    def restock(self):
        path = f"/api/merchant/products/{self.product}/stock"
        return self.merchant.post(path, {"operation": "restock", "quantity": 5})

    def found(self):
        """The rules that the proof finds broken."""
        with self.app.app_context():
            return {each.rule for each in proof.prove().verdicts if each.offenders}


DEFECTS = [
    (defects.wallet_not_moved, Shop.draw, {"wallets", "chain"}),
    (defects.half_of_the_ledger_rows, Shop.draw, {"wallets", "draws"}),
    (defects.chain_link_skipped, Shop.draw, {"chain"}),
    (defects.unsigned_rows, Shop.draw, {"hashes"}),
    (defects.a_record_forgotten, Shop.draw, {"draws"}),
    (defects.winnings_not_credited, Shop.draw, {"draws"}),
    (defects.committed_between_charge_and_records, Shop.draw, {"causes"}),
    (defects.order_not_charged, Shop.redeem, {"orders"}),
    (defects.stock_not_taken, Shop.redeem, {"stock"}),
    (defects.stock_taken_twice, Shop.redeem, {"stock"}),
    (defects.cancelled_without_refund, Shop.cancel, {"orders"}),
    (defects.cancelled_without_giving_back, Shop.cancel, {"stock"}),
    (defects.cancelled_state_forgotten, Shop.cancel, {"orders", "stock", "causes"}),
    (defects.approved_without_paying, Shop.approve, {"receipts"}),
    (defects.other_points_paid, Shop.approve, {"receipts"}),
    (defects.restock_not_noted, Shop.restock, {"stock"}),
    (defects.restocked_without_stock, Shop.restock, {"stock"}),
]


@pytest.mark.parametrize(
    ("plant", "deed", "rules"), DEFECTS, ids=lambda each: getattr(each, "__name__", "")
)
def test_the_proof_finds(shop, monkeypatch, plant, deed, rules):
    deed(shop).ok()
    assert shop.found() == set()
    with monkeypatch.context() as patch:
        if deed is Shop.cancel:
            order_id = shop.redeem().ok()["order_id"]
            plant(patch)
            shop.guest.post(f"/api/exchange/records/{order_id}/cancel")
        else:
            plant(patch)
            deed(shop)
    assert shop.found() & rules and shop.found() <= rules | {"wallets", "chain"}


def test_the_proof_finds_an_answer_that_was_not_kept(shop, monkeypatch):
    with monkeypatch.context() as patch:
        defects.answer_not_kept(patch)
        shop.draw(**{"Idempotency-Key": "k"}).ok()
    assert shop.found() == {"answers"}


@pytest.fixture
def without_the_last_defence(shop):
    """No UNIQUE over the facts. It is put back after the test's own transactions have ended,
    however they did: one that is still open would hold the table."""
    index, columns = "uq_points_records_source_related_id", "(source, related_id)"
    alter(shop, f"ALTER TABLE points_records DROP INDEX {index}")
    yield
    alter(
        shop,
        "DELETE FROM points_records",
        f"ALTER TABLE points_records ADD UNIQUE INDEX {index} {columns}",
    )


def alter(shop, *statements):
    with shop.app.app_context(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_the_proof_finds_what_was_paid_twice(shop, without_the_last_defence):
    @transactional
    def pay_twice():
        for _ in range(2):
            entry = wallet.Entry(10, Source.ADMIN, "OP-twice", "x")
            wallet.book(shop.guest.user_id, entry)

    with shop.app.app_context():
        pay_twice()
    assert shop.found() == {"once"}


class TestTorturesBook:
    """What the proof cannot know: what clients were told."""

    @pytest.fixture
    def book(self, shop):
        book = Book()
        book.welcomed |= {shop.guest.user_id, shop.merchant.user_id}
        ((row, points),) = rows(
            shop, "SELECT id, points FROM points_records WHERE related_id LIKE 'test:%'"
        )
        book.operations[row] = (shop.guest.user_id, points)
        return book

    def told_of_draw(self, shop, book, answer):
        told = answer.ok()
        won = sum(int(each["prize_value"]) for each in told["results"])
        fact = DrawTold(shop.guest.user_id, len(told["results"]), told["points_cost"], won)
        book.tell(book.draws, told["draw_id"], fact)

    def compare(self, shop, book):
        return audit.compare(book, str(shop.app.config["SETTINGS"].database_url))

    def test_agrees_when_all_is_well(self, shop, book):
        for _ in range(2):
            self.told_of_draw(shop, book, shop.draw(**{"Idempotency-Key": "k"}))
        told = shop.redeem().ok()
        fact = OrderTold(shop.guest.user_id, shop.product, told["quantity"], told["points_cost"])
        book.tell(book.orders, told["order_id"], fact)
        assert self.compare(shop, book).is_clean

    def test_finds_an_effect_doubled_by_a_retry(self, shop, book, monkeypatch):
        monkeypatch.setattr(idempotency, "_claim", defects.nothing)
        monkeypatch.setattr(idempotency, "_write_answer", defects.nothing)
        shop.draw(**{"Idempotency-Key": "k"}).ok()  # its answer is lost on the way
        self.told_of_draw(shop, book, shop.draw(**{"Idempotency-Key": "k"}))
        found = self.compare(shop, book)
        assert len(found.doubled) == 1 and found.points_lost == 300 - 90
        assert shop.found() == set()

    def test_finds_an_answer_given_before_the_commit(self, shop, book, monkeypatch):
        with shop.app.app_context():
            session = type(db.session())
        with monkeypatch.context() as patch:
            patch.setattr(session, "commit", session.rollback)
            answer = shop.draw()
        self.told_of_draw(shop, book, answer)
        found = self.compare(shop, book)
        assert len(found.lost) == 1 and found.points_made == 300 - 90
        assert shop.found() == set()

    def test_finds_an_answer_that_says_something_else(self, shop, book, monkeypatch):
        real = draws.wire.draw_result
        with monkeypatch.context() as patch:
            patch.setattr(draws.wire, "draw_result", lambda row: real(row) | {"prize_value": 31})
            self.told_of_draw(shop, book, shop.draw())
        assert self.compare(shop, book).different

    def test_finds_an_upload_that_nobody_finishes(self, shop, book):
        hand_in(shop.guest, "12.00")
        assert self.compare(shop, book).unfinished_uploads == 1


def rows(shop, query):
    with shop.app.app_context(), db.engine.connect() as connection:
        return connection.execute(text(query)).fetchall()
