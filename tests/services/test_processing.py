"""The worker's side: pictures that break the reader, workers that die, two readers at once."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from points_app.database.session import db, utcnow
from points_app.models.receipts import Receipt
from points_app.services.receipts import processing
from tests.receipts_in import hand_in, read, reading


@pytest.fixture
def guest(make):
    return make.guest()


def record(guest, upload_id):
    return guest.get(f"/api/photo/records/{upload_id}").ok()


def rules(make, upload_id):
    reviews = make.merchant().get("/api/merchant/pending-reviews").ok()["reviews"]
    (review,) = [each for each in reviews if each["upload_id"] == upload_id]
    return {rule["rule"]: rule["passed"] for rule in review["rules"]}


def test_a_poison_picture_goes_to_the_merchant_after_three_tries(guest, make):
    upload_id = hand_in(guest, "50.00")
    states = []
    for _ in range(4):
        try:
            read(guest, upload_id, RuntimeError("the engine fell over"))
        except RuntimeError:
            states.append(record(guest, upload_id)["processing_status"])
    assert states == ["queued", "queued", "failed"]  # and the fourth does nothing
    assert record(guest, upload_id)["points_awarded"] == 500  # for what the guest typed
    assert rules(make, upload_id)["is_receipt"] is None


def test_a_picture_that_takes_its_worker_down_is_given_up_too(guest, app):
    upload_id = hand_in(guest, "50.00")
    for _ in range(processing.ATTEMPTS):
        with app.app_context():
            assert processing._claim(upload_id)  # and the worker is gone
            assert not processing._claim(upload_id)
            let_lease_end(upload_id)
            assert processing.sweep() == 1
    with app.app_context():
        processing.process(upload_id)
    assert record(guest, upload_id)["processing_status"] == "failed"


def let_lease_end(upload_id):
    ended = utcnow() - timedelta(seconds=1)
    mine = Receipt.__table__.c.upload_id == upload_id
    with db.engine.begin() as connection:
        connection.execute(update(Receipt.__table__).where(mine).values(processing_deadline=ended))


def test_a_second_delivery_of_a_finished_receipt_changes_nothing(guest):
    upload_id = hand_in(guest, "88.00")
    read(guest, upload_id, reading("88.00"))
    read(guest, upload_id, reading("99.00"))
    assert record(guest, upload_id)["recognized_amount"] == 88


def test_the_real_engine_reads_what_a_guest_sends(guest, app):
    from tests.receipts_in import picture, send

    content = picture("cn_dev_021_cash_rot90.jpg")
    upload_id = send(guest, content, "364.50").ok()["upload_id"]
    with app.app_context():
        processing.process(upload_id)
    done = record(guest, upload_id)
    assert (done["recognized_amount"], done["match_status"]) == (364.5, "matched")
    assert (done["points_awarded"], done["processing_status"]) == (2000, "done")
