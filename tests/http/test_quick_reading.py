"""POST /api/photo/ocr: a worker reads, nothing is kept."""

import threading
from contextlib import suppress
from unittest.mock import patch

import pytest

from points_app.models.receipts import Receipt
from points_app.services.receipts import quick_reading
from tests.books import count
from tests.receipts_in import blank, picture, send


@pytest.fixture
def worker(app):
    """Answers the requests as the worker's task does, in a thread of its own."""
    stop = threading.Event()

    def serve():
        redis = app.extensions["parts"].redis
        while not stop.is_set():
            for key in redis.scan_iter("glance:*:picture"):
                with app.app_context(), suppress(RuntimeError):
                    quick_reading.answer(key.split(":")[1])
            stop.wait(0.02)

    thread = threading.Thread(target=serve)
    thread.start()
    yield
    stop.set()
    thread.join()


def ask(guest, content):
    return send(guest, content, path="/api/photo/ocr")


def test_the_reading_comes_back_and_nothing_is_stored(make, worker):
    guest = make.guest()
    reading = ask(guest, picture("cn_dev_021_cash_rot90.jpg")).ok()
    assert reading["recognized_amount"] == 364.5 and reading["confidence"] == "high"
    assert reading["receipt_time"] == "2026-04-15T12:23:26"
    assert reading["receipt_number"] == "26041586733"
    assert count(guest, Receipt) == 0
    assert list(guest.app.extensions["parts"].redis.scan_iter("glance:*:picture")) == []


def test_a_picture_without_a_receipt(make, worker):
    assert ask(make.guest(), blank()).ok()["recognized_amount"] is None


def test_a_reader_that_fails_is_a_failure_and_no_wait(make, worker):
    with patch.object(quick_reading.recognition, "recognise", side_effect=RuntimeError):
        assert ask(make.guest(), blank()).code == 5000


@pytest.mark.parametrize(
    ("content", "code"), [(None, 5001), (b"", 5001), (b"GIF89a", 5003), (b"x" * 10485761, 5002)]
)
def test_the_limits_of_the_upload_hold(make, content, code):
    assert ask(make.guest(), content).code == code


def test_without_a_worker_the_service_is_unavailable(make, monkeypatch):
    monkeypatch.setattr(quick_reading, "WAIT_SECONDS", 0.1)
    answer = ask(make.guest(), blank())
    assert (answer.status, answer.code) == (503, 5000)
    assert answer.headers["Retry-After"]
