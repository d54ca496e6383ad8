"""What storage says it did is looked at before anything is given up for it."""

import io
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from PIL import Image
from sqlalchemy import select, text, update

from points_app.clients.storage.base import AccessRefused, ObjectMissing, StorageError
from points_app.clients.storage.local import LocalStorage
from points_app.database.session import db, utcnow
from points_app.models.receipts import Receipt, StagedPicture
from points_app.services.operations import doctor
from points_app.services.operations.doctor import State
from points_app.services.privacy import data_export, erasure, retention
from points_app.services.receipts import processing, storing
from tests.books import count
from tests.receipts_in import hand_in, picture, read, reading, send


class Forgetful(LocalStorage):
    """Says yes and keeps nothing."""

    def put(self, key, content, content_type):
        pass


class Cutting(LocalStorage):
    """Says yes and keeps the first half."""

    def put(self, key, content, content_type):
        super().put(key, content[: len(content) // 2], content_type)


class Clinging(LocalStorage):
    """Says yes and deletes nothing."""

    def delete(self, key):
        pass


class Secretive(LocalStorage):
    """An S3 bucket that its user may not list: 403 for what is not there."""

    def get(self, key):
        try:
            return super().get(key)
        except ObjectMissing:
            raise AccessRefused(f"S3 refused to read {key}: AccessDenied") from None


class Down(LocalStorage):
    def get(self, key):
        raise StorageError("S3 cannot read: EndpointConnectionError")

    put = delete = get


@pytest.fixture
def storage(app):
    """Put another storage before the same folder; without one, the sound one again."""
    parts = app.extensions["parts"]

    def use(kind=LocalStorage):
        app.extensions["parts"] = replace(parts, storage=kind(parts.settings.storage_dir))

    return use


@pytest.fixture
def guest(make):
    return make.guest()


def shown(guest, upload_id):
    """The HTTP status of the picture's link, and what it shows."""
    address = urlsplit(guest.get(f"/api/photo/records/{upload_id}").ok()["image_url"])
    answer = guest.app.test_client().get(f"{address.path}?{address.query}")
    return answer.status_code, answer.data[:2]


def state(guest):
    """(how many are staged, how many count as stored)"""
    with guest.app.app_context():
        staged = db.session.query(StagedPicture).count()
        stored = db.session.query(Receipt).filter_by(is_stored=True).count()
        db.session.rollback()
    return staged, stored


def in_context(app, act, *arguments):
    with app.app_context():
        return act(*arguments)


@pytest.mark.parametrize("kind", [Forgetful, Cutting])
def test_a_picture_that_storage_did_not_keep_stays_in_the_database(app, guest, storage, kind):
    storage(kind)
    upload_id = hand_in(guest)
    assert in_context(app, storing.store, upload_id) is False
    assert state(guest) == (1, 0) and shown(guest, upload_id) == (200, b"\xff\xd8")
    storage()
    assert in_context(app, storing.store, upload_id) is True
    assert state(guest) == (0, 1) and shown(guest, upload_id) == (200, b"\xff\xd8")


def test_the_sweep_comes_back_to_it(app, guest, storage):
    storage(Forgetful)
    upload_id = hand_in(guest)
    read(guest, upload_id, reading("88.00"))
    assert state(guest) == (1, 0)
    with app.app_context(), db.engine.begin() as connection:
        long_ago = utcnow().replace(year=2020)
        connection.execute(update(Receipt.__table__).values(upload_time=long_ago))
    assert in_context(app, processing.sweep) == 1
    storage()
    assert in_context(app, storing.store, upload_id) is True


@pytest.mark.parametrize("kind", [Secretive, Down])
def test_a_staged_picture_is_shown_whatever_storage_says(app, guest, storage, kind):
    upload_id = hand_in(guest)
    storage(kind)
    assert shown(guest, upload_id) == (200, b"\xff\xd8")
    assert list(in_context(app, data_export.pictures, guest.user_id)) == [upload_id]


def test_a_stored_picture_of_a_storage_that_is_down_is_asked_for_again(app, guest, storage):
    upload_id = hand_in(guest)
    in_context(app, storing.store, upload_id)
    storage(Down)
    assert shown(guest, upload_id)[0] == 503
    storage(Secretive)
    assert shown(guest, upload_id) == (200, b"\xff\xd8")


@pytest.mark.parametrize("kind", [LocalStorage, Secretive, Down])
def test_a_picture_that_was_deleted_is_not_found_whatever_storage_says(app, guest, storage, kind):
    upload_id = hand_in(guest)
    in_context(app, storing.store, upload_id)
    with app.app_context():
        review_id, key = db.session.execute(select(Receipt.review_id, Receipt.object_key)).one()
        assert retention.delete_object(key)
        retention.mark_deleted([review_id])
    storage(kind)
    assert shown(guest, upload_id)[0] == 404
    assert in_context(app, data_export.pictures, guest.user_id) == {}


def test_pictures_that_were_moved_in_are_found_under_their_own_keys(app, guest, storage):
    upload_id = hand_in(guest)
    in_context(app, storing.store, upload_id)
    with app.app_context():
        content = app.extensions["parts"].storage.get(db.session.scalar(select(Receipt.object_key)))
        app.extensions["parts"].storage.put("old/photo-7.jpg", content, "image/jpeg")
        with db.engine.begin() as connection:
            moved = update(Receipt.__table__).values(object_key="old/photo-7.jpg")
            connection.execute(moved)
    assert shown(guest, upload_id) == (200, b"\xff\xd8")
    storage(Down)
    assert shown(guest, upload_id)[0] == 503


def test_a_picture_that_storage_did_not_delete_is_deleted_later(app, guest, storage):
    upload_id = hand_in(guest)
    in_context(app, storing.store, upload_id)
    storage(Clinging)
    assert in_context(app, erasure.erase, guest.user_id).pictures_left == 1
    assert state(guest) == (0, 1)
    storage(Secretive)  # 403 where it was: gone
    assert in_context(app, erasure.delete_pictures) == 0
    assert state(guest) == (0, 0)


def test_a_storage_that_lies_is_not_ready(app, anonymous, storage):
    for kind in (Forgetful, Cutting):
        storage(kind)
        answer = app.test_client().get("/readyz")
        assert answer.get_json()["storage"] == "down", kind
    for kind in (Secretive, Clinging):  # a reason to complain, not to close the shop
        storage(kind)
        assert app.test_client().get("/readyz").get_json()["storage"] == "ok", kind
        findings = in_context(app, lambda: list(doctor.storage.storage()))
        found = {each.name: each.state for each in findings}
        assert found["storage"] is not State.OK


class TestPacket:
    """The database takes no statement as large as the picture."""

    @pytest.fixture(autouse=True)
    def small(self, app):
        with app.app_context():
            self.set(65_536)
            db.engine.dispose()
        yield
        with app.app_context():
            self.set(16 * 1024 * 1024)
            db.engine.dispose()

    def set(self, size):
        with db.engine.connect() as connection:
            connection.execute(text(f"SET GLOBAL max_allowed_packet = {size}"))

    def test_the_guest_is_told_and_the_operator_too(self, guest, caplog):
        buffer = io.BytesIO()
        Image.effect_noise((1500, 2000), 90).save(buffer, "JPEG", quality=95)
        answer = send(guest, buffer.getvalue())
        assert (answer.status, answer.code) == (200, 5003)
        assert answer.data["reason"] == "storage" and "缩小" in answer.data["message"]
        assert count(guest, Receipt) == 0
        (said,) = [
            each for each in caplog.records if each.msg == "picture_above_max_allowed_packet"
        ]
        assert said.levelname == "CRITICAL" and said.max_allowed_packet == 65_536
        assert "max_allowed_packet = 16M" in said.advice

    def test_a_smaller_one_is_taken(self, guest):
        small = picture("cn_dev_016_takeaway_phone.jpg")
        with Image.open(io.BytesIO(small)) as image:
            image.thumbnail((400, 400))
            buffer = io.BytesIO()
            image.save(buffer, "JPEG")
        send(guest, buffer.getvalue()).ok()
