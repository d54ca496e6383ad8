"""Avatars through HTTP: uploaded, or none."""

import io

import pytest
from PIL import Image
from sqlalchemy import update

from points_app.database.session import db
from points_app.models.accounts import Avatar, User
from points_app.services.privacy import data_export, erasure
from tests.books import count
from tests.receipts_in import hand_in, send

INFO, AVATAR, ELSEWHERE = "/api/user/info", "/api/user/avatar", "https://evil.example/a.png"


def drawn(size=(600, 300), colours=("red", "blue")):
    """A PNG whose halves have these colours."""
    image = Image.new("RGB", size, colours[0])
    image.paste(colours[1], (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def upload(guest, content=None, field="file"):
    return send(guest, drawn() if content is None else content, path=AVATAR, field=field)


def fetch(caller, path):
    return caller.app.test_client().get(path)


def path_of(address):
    return "/" + address.split("/", 3)[3]


def test_an_upload_is_shown_to_the_guest_and_to_the_shop(make, anonymous):
    guest, merchant = make.guest(), make.merchant()
    address = upload(guest).ok()["avatar"]
    assert guest.get(INFO).ok()["avatar"] == address
    hand_in(guest)
    (review,) = merchant.get("/api/merchant/pending-reviews").ok()["reviews"]
    assert review["user_info"]["avatar"] == address
    shown = fetch(anonymous, path_of(address))
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    image = Image.open(io.BytesIO(shown.data))
    left, right = image.getpixel((5, 128)), image.getpixel((250, 128))
    assert image.size == (256, 256) and left[0] > 200 > right[0] and right[2] > 200 > left[2]


def test_a_new_one_replaces_the_old_and_null_takes_it_away(make, anonymous):
    guest = make.guest()
    first, second = upload(guest).ok()["avatar"], upload(guest, field="photo").ok()["avatar"]
    assert first != second
    assert fetch(anonymous, path_of(first)).status_code == 404
    assert guest.put(INFO, {"avatar": None}).ok()["avatar"] is None
    assert fetch(anonymous, path_of(second)).status_code == 404
    assert count(guest, Avatar) == 0


def test_a_form_may_send_back_what_it_was_shown_and_nothing_else(make):
    guest, other = make.guest(), make.guest()
    mine, theirs = upload(guest).ok()["avatar"], upload(other).ok()["avatar"]
    assert guest.put(INFO, {"nickname": "小明", "avatar": mine}).ok()["avatar"] == mine
    for address in (ELSEWHERE, theirs, mine + "?x", mine.rpartition("/")[2].removesuffix(".jpg")):
        refused = guest.put(INFO, {"nickname": "新名字", "avatar": address})
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "avatar")
    info = guest.get(INFO).ok()
    assert (info["nickname"], info["avatar"]) == ("小明", mine)


def test_an_address_from_before_is_not_shown(make, app):
    guest = make.guest()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).values(avatar=ELSEWHERE))
    assert guest.get(INFO).ok()["avatar"] is None


@pytest.mark.parametrize(
    ("content", "code"), [(b"", 5001), (b"x" * 100, 5003), (b"\xff" * (10 * 2**20 + 1), 5002)]
)
def test_what_is_no_picture(make, content, code):
    guest = make.guest()
    before = upload(guest).ok()["avatar"]
    assert upload(guest, content).code == code
    assert guest.get(INFO).ok()["avatar"] == before


def test_names_that_are_none(anonymous):
    for name in ("0" * 32, "x", "..%2f..%2fetc%2fpasswd"):
        answer = fetch(anonymous, f"/files/avatars/{name}.jpg")
        assert answer.status_code == 404


def test_it_goes_with_the_account_and_is_part_of_the_export(make, app, anonymous):
    guest = make.guest()
    address = upload(guest).ok()["avatar"]
    with app.app_context():
        exported = data_export.export(guest.user_id)["avatars"]
        assert [set(row) for row in exported] == [{"user_id", "name", "created_at"}]
        assert data_export.pictures(guest.user_id)["avatar"].startswith(b"\xff\xd8")
        erasure.erase(guest.user_id)
    assert fetch(anonymous, path_of(address)).status_code == 404
    assert count(guest, Avatar) == 0
