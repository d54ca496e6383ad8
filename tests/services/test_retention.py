"""What is past its time goes, in batches, and nothing else does."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from points_app.clients.storage.base import ObjectMissing, StorageError
from points_app.database.session import db, utcnow
from points_app.extensions import parts
from points_app.models.idempotency import IdempotencyKey
from points_app.models.operations import ErrorLog, PerformanceMetric
from points_app.models.receipts import Receipt
from points_app.services.privacy import retention
from points_app.services.receipts import storing
from tests.books import count
from tests.receipts_in import hand_in


def age(app, model, days):
    """Put the rows of `model` so many days back."""
    column = "review_time" if model is Receipt else "created_at"
    with app.app_context(), db.engine.begin() as connection:
        then = utcnow() - timedelta(days=days)
        connection.execute(update(model).values({column: then}))


def run(app):
    with app.app_context():
        due = retention.due()
        gone = retention.purge()
        assert retention.due() == dict.fromkeys(due, 0)
        return due, gone


@pytest.mark.parametrize(
    ("model", "kept_days", "report"),
    [
        (PerformanceMetric, 90, ("performance", {"page_load_time": 5})),
        (ErrorLog, 180, ("errors", {"message": "boom"})),
    ],
)
def test_telemetry_is_kept_as_long_as_the_contract_says(app, make, model, kept_days, report):
    guest = make.guest()
    path, body = report
    guest.post(f"/api/monitoring/{path}", body).ok()
    age(app, model, kept_days - 1)
    assert run(app)[1][model.__tablename__] == 0 and count(guest, model) == 1
    age(app, model, kept_days + 1)
    due, gone = run(app)
    assert due == gone and gone[model.__tablename__] == 1 and count(guest, model) == 0


def test_many_rows_go_in_batches_and_progress_is_told(app, make):
    make.guest()
    rows = [{"message": f"error {n}", "created_at": utcnow()} for n in range(1201)]
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(insert(ErrorLog), rows)
    age(app, ErrorLog, 181)
    heard = []
    with app.app_context():
        retention.purge(lambda name, done: heard.append((name, done)))
    assert heard == [("error_logs", 500), ("error_logs", 1000), ("error_logs", 1201)]


def test_answers_are_remembered_for_a_day(app, make):
    make.wheel({"probability": 1})
    guest = make.guest()
    guest.post("/api/lottery/draw", {}, headers={"Idempotency-Key": "k"}).ok()
    run(app)
    assert count(guest, IdempotencyKey) == 1
    age(app, IdempotencyKey, 2)
    run(app)
    assert count(guest, IdempotencyKey) == 0


def test_a_number_whose_code_never_left_is_forgotten_too(app, anonymous, monkeypatch):
    with app.extensions["parts"].sms:
        body = {"phone": "13800000099"}
        assert anonymous.post("/api/auth/send-code", body).code == 1004
    assert run(app)[1]["sms_codes"] == 0
    monkeypatch.setattr(retention, "utcnow", lambda: utcnow() + timedelta(days=41))
    assert run(app)[1]["sms_codes"] == 1


def stored_and_decided(app, make):
    guest, merchant = make.guest(), make.merchant()
    upload_id = hand_in(guest, amount="20.00")
    with app.app_context():
        assert storing.store(upload_id)
    body = {"upload_id": upload_id, "action": "approve"}
    merchant.post("/api/merchant/review", body).ok()
    return guest, upload_id


def the_receipt(app):
    with app.app_context():
        return db.session.query(Receipt).one()


def test_old_pictures_go_and_their_records_stay(app, make):
    guest, upload_id = stored_and_decided(app, make)
    age(app, Receipt, 364)
    run(app)
    assert the_receipt(app).picture_deleted_at is None
    age(app, Receipt, 366)
    due, gone = run(app)
    assert due[retention.PICTURES] == gone[retention.PICTURES] == 1
    receipt = the_receipt(app)
    assert receipt.picture_deleted_at is not None
    with app.app_context(), pytest.raises(ObjectMissing):
        parts.storage.get(receipt.object_key)
    record = guest.get(f"/api/photo/records/{upload_id}").ok()
    assert record["review_status"] == "approved"
    path = record["image_url"].removeprefix("http://localhost")
    assert app.test_client().get(path).status_code == 404


def test_a_picture_that_waits_for_its_merchant_is_kept(app, make):
    upload_id = hand_in(make.guest(), amount="20.00")
    with app.app_context():
        storing.store(upload_id)
    age(app, Receipt, 1000)
    run(app)
    assert the_receipt(app).picture_deleted_at is None


def test_a_storage_that_is_down_keeps_its_pictures_for_the_next_run(app, make, monkeypatch):
    stored_and_decided(app, make)
    age(app, Receipt, 400)

    def down(_key):
        raise StorageError("down")

    with app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr(parts.storage, "delete", down)
            assert retention.purge()[retention.PICTURES] == 0
        assert retention.due()[retention.PICTURES] == 1
        assert retention.purge()[retention.PICTURES] == 1


def test_the_command_counts_before_it_deletes(app, make):
    make.guest().post("/api/monitoring/errors", {"message": "boom"}).ok()
    age(app, ErrorLog, 181)
    runner = app.test_cli_runner()
    assert "error_logs: 1 due" in runner.invoke(args=["data", "purge", "--dry-run"]).output
    assert "error_logs: 1 deleted" in runner.invoke(args=["data", "purge"]).output
    assert "error_logs: 0 due" in runner.invoke(args=["data", "purge", "--dry-run"]).output
