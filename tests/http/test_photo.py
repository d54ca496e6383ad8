"""Receipts through HTTP, from the guest's side; reading them is tests/worker's business."""

import io
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from PIL import Image

from points_app.models.receipts import Receipt
from tests.books import balance, count
from tests.receipts_in import blank, hand_in, picture, send


@pytest.mark.also_on_sqlite
def test_the_answer_before_it_is_read(make):
    guest = make.guest()
    answer = send(guest, picture("cn_dev_016_takeaway_phone.jpg"), "69.50").ok()
    assert answer["upload_id"].startswith("UP") and len(answer["upload_id"]) == 28
    del answer["upload_id"], answer["image_url"]
    assert answer == {
        "input_amount": 69.5,
        "recognized_amount": None,
        "points_awarded": 695,
        "match_status": "unclear",
        "review_status": "pending",
        "processing_status": "queued",
    }
    assert balance(guest) == 1000


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("field", ["file", "photo"])
def test_kinds_of_pictures_and_names_of_the_field(make, kind, field):
    send(make.guest(), blank(kind=kind), field=field).ok()


@pytest.mark.parametrize(
    ("amount", "points"),
    [("0.01", 50), ("4.99", 50), ("5.19", 51), ("199.99", 1999), ("100000", 2000), ("", 0)],
)
def test_points_proposed_for_what_was_typed(make, amount, points):
    assert send(make.guest(), blank(), amount).ok()["points_awarded"] == points


WRONG_AMOUNTS = ["0", "0.00", "-1", "1e3", "NaN", "inf", "12.345", "100000.01", "１２", "12,5", "x"]


@pytest.mark.parametrize("amount", WRONG_AMOUNTS)
def test_amounts_that_are_none(make, amount):
    guest = make.guest()
    answer = send(guest, blank(), amount)
    assert (answer.status, answer.code, answer.msg) == (200, 5004, "金额不正确")
    assert count(guest, Receipt) == 0


def cut_off() -> bytes:
    whole = picture("cn_dev_016_takeaway_phone.jpg")
    return whole[: len(whole) // 2]


def bomb() -> bytes:
    """81 megapixels in a few kilobytes."""
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")
    return buffer.getvalue()


WRONG_PICTURES = {
    "missing": (lambda: None, 5001),
    "empty": (lambda: b"", 5001),
    "text": (lambda: b"not a picture", 5003),
    "GIF": (lambda: blank(kind="GIF"), 5003),
    "script": (lambda: b"GIF89a<?php system($_GET[0]);", 5003),
    "cut off": (cut_off, 5003),
    "bomb": (bomb, 5003),
    "10 MB and a byte": (lambda: blank() + b"\0" * (10 * 1024 * 1024), 5002),
}


@pytest.mark.parametrize("name", WRONG_PICTURES)
def test_pictures_that_are_none(make, name):
    content, code = WRONG_PICTURES[name]
    guest = make.guest()
    answer = send(guest, content(), "30")
    assert (answer.status, answer.code) == (200, code)
    assert count(guest, Receipt) == 0


def test_a_body_nobody_needs(make):
    guest = make.guest()
    body = b"--x\r\n" + b"\0" * (33 * 1024 * 1024)
    kind = "multipart/form-data; boundary=x"
    answer = guest.send("POST", "/api/photo/upload", data=body, content_type=kind)
    assert (answer.status, answer.code) == (413, 9413)
    assert count(guest, Receipt) == 0


@pytest.mark.parametrize("kind", ["", "; filename=a.jpg"])
def test_a_part_without_a_name_is_nobodys(make, kind):
    """Werkzeug calls it None, which does not sort among the names."""
    guest, cut = make.guest(), b"--x\r\nContent-Disposition: form-data"
    parts = [
        b"; name=amount\r\n\r\n30",
        kind.encode() + b"\r\n\r\n12",
        b"; name=file; filename=a.png\r\n\r\n" + blank(),
    ]
    body = b"".join(cut + part + b"\r\n" for part in parts) + b"--x--\r\n"
    first, again = (
        guest.send(
            "POST",
            "/api/photo/upload",
            data=body,
            content_type="multipart/form-data; boundary=x",
            headers={"Idempotency-Key": "once", "Prefer": "wait=0"},
        )
        for _ in range(2)
    )
    assert first.ok()["input_amount"] == 30
    assert again.ok() == first.ok()


def test_a_picture_of_any_bytes_is_taken_whole(make):
    """Line ends where the parser's chunks end once made it count the file as form fields."""
    send(make.guest(), blank() + b"\r\n" * 150_000).ok()


@pytest.mark.also_on_sqlite
def test_a_picture_is_taken_once(make):
    mine, other = make.guest(), make.guest()
    upload_id = send(mine, blank()).ok()["upload_id"]
    again = send(mine, blank())
    assert (again.code, again.data) == (5005, {"upload_id": upload_id})
    assert (send(other, blank()).code, send(other, blank()).data) == (5005, None)
    body = {"upload_id": upload_id, "action": "reject", "reason": "看不清"}
    make.merchant().post("/api/merchant/review", body).ok()
    send(other, blank()).ok()


class TestRecords:
    def test_newest_first_and_nobody_elses(self, make):
        guest, other = make.guest(), make.guest()
        uploads = [hand_in(guest) for _ in range(3)]
        hand_in(other)
        page = guest.get("/api/photo/records?limit=2").ok()
        assert [each["upload_id"] for each in page["records"]] == uploads[:0:-1]
        assert page["pagination"] == {"total": 3, "page": 1, "limit": 2, "total_pages": 2}

    def test_by_status(self, make):
        guest = make.guest()
        waiting, approved = hand_in(guest), hand_in(guest, amount="20")
        body = {"upload_id": approved, "action": "approve"}
        make.merchant().post("/api/merchant/review", body).ok()
        for status, upload_id in (("pending", waiting), ("approved", approved)):
            (only,) = guest.get(f"/api/photo/records?status={status}").ok()["records"]
            assert only["upload_id"] == upload_id

    @pytest.mark.parametrize("query", ["status=lost", "page=0", "limit=x", "page_size=-1"])
    def test_bad_queries(self, make, query):
        answer = make.guest().get(f"/api/photo/records?{query}")
        assert answer.code == 9001
        assert answer.data["errors"][0]["field"] in ("status", "page", "limit", "page_size")

    def test_another_guests_record_is_unknown(self, make):
        upload_id = hand_in(make.guest())
        assert make.guest().get(f"/api/photo/records/{upload_id}").code == 5006
        assert make.merchant().get(f"/api/photo/records/{upload_id}").code == 5006


class TestLinks:
    @pytest.fixture
    def link(self, make):
        guest = make.guest()
        return guest.get(f"/api/photo/records/{hand_in(guest)}").ok()["image_url"]

    def open(self, app, link, path=None, **changed):
        address = urlsplit(link)
        query = dict(parse_qsl(address.query)) | changed
        return app.test_client().get(f"{path or address.path}?{urlencode(query)}")

    def test_it_shows_a_plain_jpeg(self, app, link):
        response = self.open(app, link)
        assert (response.status_code, response.mimetype) == (200, "image/jpeg")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        with Image.open(io.BytesIO(response.data)) as shown:
            assert not shown.getexif()

    def test_it_works_for_ten_minutes(self, app, link, monkeypatch):
        import time

        now = time.time()
        monkeypatch.setattr("points_app.services.receipts.pictures.time.time", lambda: now + 590)
        assert self.open(app, link).status_code == 200
        monkeypatch.setattr("points_app.services.receipts.pictures.time.time", lambda: now + 602)
        assert self.open(app, link).status_code == 404

    @pytest.mark.parametrize(
        "changed",
        [
            {"expires": "9999999999"},
            {"signature": "0" * 64},
            {"signature": ""},
            {"signature": "签"},
            {"viewer": "merchant-1"},
        ],
    )
    def test_forged_links(self, app, link, changed):
        assert self.open(app, link, **changed).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/files/receipts/2026/01/other.jpg", "/files/../points.db", "/files/etc/passwd"]
    )
    def test_the_signature_is_of_one_picture(self, app, link, path):
        assert self.open(app, link, path).status_code == 404

    def test_without_its_parameters(self, app, link):
        assert app.test_client().get(urlsplit(link).path).status_code == 404
