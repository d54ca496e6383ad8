"""Idempotency-Key: the effect once, the same answer every time."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from points_app.database.session import db, utcnow
from points_app.models.idempotency import IdempotencyKey
from points_app.services import idempotency
from points_app.services.privacy import retention
from points_app.services.receipts import uploads
from tests.books import balance, draws, orders
from tests.receipts_in import blank, send

KEYS = IdempotencyKey.__table__


def keyed(guest, path, body, key="k1"):
    return guest.post(path, body, headers={"Idempotency-Key": key})


def draw(guest, key="k1", body=None):
    return keyed(guest, "/api/lottery/draw", body or {}, key)


def upload(guest, content, key="u1", amount="12.00"):
    return send(guest, content, amount, headers={"Idempotency-Key": key})


def change(app, **columns):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(KEYS).values(**columns))


@pytest.mark.also_on_sqlite
def test_a_replay_is_the_first_answer_byte_for_byte(make):
    guest = make.guest()
    first, again = draw(guest), draw(guest)
    assert first.ok() and again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(draws(guest)) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/lottery/draw", {"draw_type": "triple"}),
        ("/api/exchange/redeem", {"commodity_id": 1}),
    ],
)
@pytest.mark.also_on_sqlite
def test_the_same_key_for_something_else(make, path, body):
    guest = make.guest()
    draw(guest).ok()
    assert keyed(guest, path, body).code == 8002
    assert len(draws(guest)) == 1 and not orders(guest) and draw(guest).code == 0


def test_keys_belong_to_their_user(make):
    for guest in (make.guest(), make.guest()):
        draw(guest).ok()
        assert len(draws(guest)) == 1


def test_while_the_first_request_runs(app, make):
    guest = make.guest()
    with app.app_context(), db.engine.begin() as first:
        first.exec_driver_sql("BEGIN")  # outside @transactional each statement commits itself
        first.execute(
            KEYS.insert(),
            {"user_id": guest.user_id, "key": "k1", "fingerprint": "f", "created_at": utcnow()},
        )
        assert draw(guest).code == 8001
    assert not draws(guest)


@pytest.mark.also_on_sqlite
def test_a_refusal_is_the_answer_too(make):
    """Points that come later do not change what the key was answered; a new key tries anew."""
    product = make.product(exchange_points=100, stock=1)
    poor, rich = make.guest(points=100), make.guest()
    order = {"commodity_id": product}
    keyed(rich, "/api/exchange/redeem", order).ok()
    refused = keyed(poor, "/api/exchange/redeem", order)
    assert refused.code == 4002
    restock(poor.app, product, 5)
    again = keyed(poor, "/api/exchange/redeem", order)
    assert again.body == refused.body and again.headers["Idempotent-Replayed"] == "true"
    assert not orders(poor)
    keyed(poor, "/api/exchange/redeem", order, key="k2").ok()


def test_a_refusal_does_not_outlast_a_twin_that_succeeded(app, make, monkeypatch):
    """The request is refused; before that is remembered its twin succeeds. Both answer the same."""
    product = make.product(exchange_points=100, stock=0)
    guest = make.guest()
    remember, twins = idempotency._remember, []

    def slow(request, answer):
        monkeypatch.setattr(idempotency, "_remember", remember)
        restock(app, product, 1)
        twins.append(keyed(guest, "/api/exchange/redeem", {"commodity_id": product}))
        remember(request, answer)

    monkeypatch.setattr(idempotency, "_remember", slow)
    answer = keyed(guest, "/api/exchange/redeem", {"commodity_id": product})
    assert answer.body == twins[0].body and answer.ok()["quantity"] == 1
    assert len(orders(guest)) == 1


def test_bad_input_leaves_the_key_free(make):
    guest = make.guest()
    assert draw(guest, body={"draw_type": "seven"}).code == 9001
    draw(guest).ok()


@pytest.mark.parametrize("key", ["", "k" * 129, "a b", "ключ".encode().decode("latin-1")])
def test_keys_that_are_none(make, key):
    guest = make.guest()
    refused = draw(guest, key)
    assert refused.code == 9001 and refused.data["errors"][0]["field"] == "Idempotency-Key"
    assert not draws(guest)


def test_a_day_later_the_key_is_new(app, make):
    guest = make.guest()
    first = draw(guest).ok()
    change(app, created_at=utcnow() - timedelta(hours=23, minutes=59))
    assert draw(guest).ok() == first
    change(app, created_at=utcnow() - timedelta(hours=24, minutes=1))
    assert draw(guest).ok()["draw_id"] != first["draw_id"]
    assert len(draws(guest)) == 2


def test_an_old_answer_does_not_come_back_with_a_refusal(app, make):
    guest = make.guest(points=100)
    draw(guest).ok()
    empty = balance(guest)
    change(app, created_at=utcnow() - timedelta(hours=25))
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE system_configs SET config_value = '9999'"
                " WHERE config_key = 'lottery_cost_points'"
            )
        )
    app.extensions.pop("business", None)
    assert draw(guest).code == 3001 and draw(guest).code == 3001
    assert balance(guest) == empty


def test_old_keys_are_purged(app, make):
    guest = make.guest()
    draw(guest, "old").ok()
    change(app, created_at=utcnow() - timedelta(hours=25))
    draw(guest, "new").ok()
    with app.app_context():
        assert retention.purge()[IdempotencyKey.__tablename__] == 1
        assert db.session.query(IdempotencyKey.key).all() == [("new",)]


class TestUpload:
    def test_a_replay(self, make):
        guest = make.guest()
        first, again = upload(guest, blank()), upload(guest, blank())
        assert first.ok()["processing_status"] == "queued" and again.body == first.body
        assert again.headers["Idempotent-Replayed"] == "true"
        assert guest.get("/api/photo/records").ok()["pagination"]["total"] == 1

    def test_another_picture_or_amount(self, make):
        guest = make.guest()
        upload(guest, blank()).ok()
        assert upload(guest, blank(7)).code == 8002
        assert upload(guest, blank(), amount="13.00").code == 8002

    def test_the_answer_is_the_one_after_waiting(self, make, monkeypatch):
        """Meanwhile the worker finished; the replay shows what the first request was told."""
        guest = make.guest()

        def read_meanwhile(upload_id, seconds):
            with db.engine.begin() as connection:
                connection.execute(
                    text(
                        "UPDATE photo_reviews SET recognized_amount = 12.30,"
                        " processing_status = 'done'"
                    )
                )

        monkeypatch.setattr(uploads, "wait_until_read", read_meanwhile)
        first = upload(guest, blank())
        assert first.ok()["recognized_amount"] == 12.3
        assert upload(guest, blank()).body == first.body

    def test_while_the_first_request_waits(self, make, monkeypatch):
        guest, twins = make.guest(), []

        def twin_comes(upload_id, seconds):
            monkeypatch.setattr(uploads, "wait_until_read", lambda *_: None)
            twins.append(upload(guest, blank()).code)

        monkeypatch.setattr(uploads, "wait_until_read", twin_comes)
        first = upload(guest, blank())
        assert twins == [8001] and upload(guest, blank()).body == first.body

    def test_when_the_first_request_died_waiting(self, app, make, monkeypatch):
        guest = make.guest()

        def die(upload_id, seconds):
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr(uploads, "wait_until_read", die)
            assert upload(guest, blank()).code == 5000
        assert upload(guest, blank()).code == 8001
        change(app, answering_until=utcnow() - timedelta(seconds=1))
        answer = upload(guest, blank())
        assert answer.ok()["processing_status"] == "queued"
        assert upload(guest, blank()).body == answer.body
        assert guest.get("/api/photo/records").ok()["pagination"]["total"] == 1

    def test_a_refused_picture(self, make):
        guest = make.guest()
        refused = upload(guest, b"no picture")
        assert refused.code == 5003 and upload(guest, b"no picture").body == refused.body


def restock(app, product, stock):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text("UPDATE commodity_pool SET stock = :stock WHERE commodity_id = :id"),
            {"stock": stock, "id": product},
        )
