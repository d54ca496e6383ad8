"""A receipt from the upload to the review record, on good days and on bad ones."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from points_app.clients.storage.local import LocalStorage
from points_app.database.session import db, utcnow
from points_app.models.operations import ErrorLog
from points_app.models.receipts import Receipt, StagedPicture
from points_app.services.receipts import processing
from tests.books import balance
from tests.receipts_in import blank, picture, send


class WorkerDied(BaseException):
    """What a kill -9 looks like from inside."""


@pytest.fixture
def upload(make):
    """Hand a picture in as a new guest; the guest and the upload's id."""

    def run(content, amount=None):
        guest = make.guest()
        return guest, send(guest, content, amount).ok()["upload_id"]

    return run


@pytest.fixture
def dies_reading(app, monkeypatch):
    """Let the worker die as soon as it has taken the receipt."""

    def run(upload_id):
        def die(_upload_id):
            raise WorkerDied

        with monkeypatch.context() as patch, app.app_context(), pytest.raises(WorkerDied):
            patch.setattr(processing, "store", die)
            processing.process(upload_id)

    return run


def record(guest, upload_id):
    return guest.get(f"/api/photo/records/{upload_id}").ok()


def row(app, upload_id):
    with app.app_context(), db.engine.connect() as connection:
        table = Receipt.__table__
        return connection.execute(select(table).where(table.c.upload_id == upload_id)).one()


def change(app, upload_id, **values):
    with app.app_context(), db.engine.begin() as connection:
        table = Receipt.__table__
        connection.execute(update(table).where(table.c.upload_id == upload_id).values(**values))


def is_staged(app, upload_id):
    with app.app_context(), db.engine.connect() as connection:
        table = StagedPicture.__table__
        query = select(table.c.upload_id).where(table.c.upload_id == upload_id)
        return connection.execute(query).one_or_none() is not None


def shown(guest, image_url):
    """The answer to a picture's link."""
    address = urlsplit(image_url)
    return guest.app.test_client().get(f"{address.path}?{address.query}")


def sweep(app):
    with app.app_context():
        return processing.sweep()


def approve(make, upload_id, **body):
    body = {"upload_id": upload_id, "action": "approve", **body}
    return make.merchant().post("/api/merchant/review", body)


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("cn_dev_000_standard_clean.jpg", 289.0),
        ("cn_dev_016_takeaway_phone.jpg", 69.5),
        ("cn_dev_005_rounding_stamp.jpg", 265.0),
        ("cn_dev_012_standard_exif.jpg", 727.6),
        ("cn_dev_021_cash_rot90.jpg", 364.5),
        ("cn_dev_037_standard_rot180.jpg", 343.1),
    ],
)
def test_receipts_are_read_however_they_lie(app, upload, deliver, name, amount):
    guest, upload_id = upload(picture(name), f"{amount:.2f}")
    assert record(guest, upload_id)["processing_status"] == "queued"
    assert deliver() == 1
    read = record(guest, upload_id)
    assert (read["recognized_amount"], read["match_status"]) == (amount, "matched")
    assert read["points_awarded"] == min(2000, int(amount * 10))
    assert (read["processing_status"], read["review_status"]) == ("done", "pending")
    assert row(app, upload_id).is_stored and not is_staged(app, upload_id)
    assert shown(guest, read["image_url"]).mimetype == "image/jpeg"
    assert balance(guest) == 1000


def test_a_picture_without_a_receipt_waits_for_the_merchant(make, upload, deliver):
    guest, upload_id = upload(blank(size=(400, 600)), "30")
    deliver()
    read = record(guest, upload_id)
    assert (read["recognized_amount"], read["match_status"]) == (None, "unclear")
    assert (read["points_awarded"], read["processing_status"]) == (300, "done")
    (waiting,) = make.merchant().get("/api/merchant/pending-reviews").ok()["reviews"]
    assert (waiting["upload_id"], waiting["confidence"]) == (upload_id, None)


def test_without_an_amount_nothing_is_proposed(upload, deliver):
    guest, upload_id = upload(blank(size=(400, 600)))
    deliver()
    assert record(guest, upload_id)["points_awarded"] == 0


@pytest.mark.also_on_sqlite
def test_a_message_that_comes_twice_changes_nothing(app, make, upload, deliver):
    guest, upload_id = upload(picture("cn_dev_016_takeaway_phone.jpg"), "69.50")
    assert deliver(times=3) == 1
    once = row(app, upload_id)
    assert (once.processing_status, once.processing_attempts) == ("done", 1)
    approve(make, upload_id).ok()
    with app.app_context():
        processing.process(upload_id)
    assert balance(guest) == 1695
    assert row(app, upload_id).processed_at == once.processed_at


@pytest.mark.also_on_sqlite
def test_a_decision_taken_meanwhile_keeps_its_points(make, upload, deliver):
    guest, upload_id = upload(picture("cn_dev_016_takeaway_phone.jpg"), "69.50")
    approve(make, upload_id, points=120).ok()
    deliver()
    read = record(guest, upload_id)
    assert (read["recognized_amount"], read["points_awarded"]) == (69.5, 120)
    assert (read["review_status"], balance(guest)) == ("approved", 1120)


def test_a_lost_message_is_found_by_the_sweep(app, upload, deliver):
    guest, upload_id = upload(picture("cn_dev_016_takeaway_phone.jpg"))
    app.extensions["parts"].redis.flushdb()
    assert (sweep(app), deliver()) == (0, 0)  # it may still be on its way
    change(app, upload_id, upload_time=utcnow() - timedelta(seconds=61))
    assert (sweep(app), deliver()) == (1, 1)
    assert record(guest, upload_id)["recognized_amount"] == 69.5
    assert sweep(app) == 0


@pytest.mark.also_on_sqlite
def test_a_worker_that_died_is_replaced_after_its_lease(app, upload, deliver, dies_reading):
    guest, upload_id = upload(picture("cn_dev_016_takeaway_phone.jpg"))
    dies_reading(upload_id)
    deliver()  # the broker gives the message to another worker, who cannot know that the first died
    assert row(app, upload_id).processing_status == "processing"
    assert record(guest, upload_id)["processing_status"] == "queued"
    assert sweep(app) == 0
    change(app, upload_id, processing_deadline=utcnow() - timedelta(seconds=1))
    assert (sweep(app), deliver()) == (1, 1)
    read = row(app, upload_id)
    assert (read.processing_status, read.processing_attempts) == ("done", 2)


@pytest.mark.also_on_sqlite
def test_a_picture_that_kills_workers_goes_to_the_merchant_unread(
    app, make, upload, deliver, dies_reading
):
    guest, upload_id = upload(picture("cn_dev_016_takeaway_phone.jpg"), "69.50")
    for _ in range(3):
        dies_reading(upload_id)
        change(app, upload_id, processing_deadline=utcnow() - timedelta(seconds=1))
    deliver()
    given_up = record(guest, upload_id)
    assert (given_up["processing_status"], given_up["match_status"]) == ("failed", "unclear")
    change(app, upload_id, upload_time=utcnow() - timedelta(seconds=61))
    sweep(app)
    deliver()
    assert row(app, upload_id).is_stored and row(app, upload_id).processing_attempts == 3
    assert approve(make, upload_id).ok()["points_awarded"] == 695
    assert balance(guest) == 1695


def test_while_storage_is_down_receipts_are_read_and_stored_later(app, upload, deliver, tmp_path):
    parts = app.extensions["parts"]
    (tmp_path / "full").write_bytes(b"")  # a file where the folder should be
    app.extensions["parts"] = replace(parts, storage=LocalStorage(tmp_path / "full"))
    guest, upload_id = upload(picture("cn_dev_016_takeaway_phone.jpg"))
    deliver()
    read = record(guest, upload_id)
    assert (read["recognized_amount"], read["processing_status"]) == (69.5, "done")
    assert is_staged(app, upload_id) and not row(app, upload_id).is_stored
    assert shown(guest, read["image_url"]).data[:2] == b"\xff\xd8"

    app.extensions["parts"] = parts
    change(app, upload_id, upload_time=utcnow() - timedelta(seconds=61))
    assert (sweep(app), deliver()) == (1, 1)
    assert row(app, upload_id).is_stored and not is_staged(app, upload_id)
    assert shown(guest, read["image_url"]).data[:2] == b"\xff\xd8"
    assert sweep(app) == 0


def test_old_reports_are_purged_and_young_ones_stay(app, make, celery_app):
    guest = make.guest()
    for message in ("old", "young"):
        guest.post("/api/monitoring/errors", {"message": message}).ok()
    table = ErrorLog.__table__
    with app.app_context():
        with db.engine.begin() as connection:
            old = update(table).where(table.c.message == "old")
            connection.execute(old.values(created_at=utcnow() - timedelta(days=181)))
        celery_app.tasks["maintenance.purge"].run()
        with db.engine.connect() as connection:
            assert connection.execute(select(table.c.message)).scalars().all() == ["young"]
