"""A picture that is not taken says why, costs little, and holds nobody up."""

import os
import signal
import threading
from contextlib import contextmanager
from random import Random

import pytest
from PIL import Image

from devstack.process import wait_until
from points_app.models.receipts import Receipt
from points_app.reading import decoder
from points_app.services import decoding
from points_app.services.receipts import processing
from tests.books import count
from tests.reading.containers import (
    WITH,
    jpeg_with_scans,
    marked,
    odd_block,
    png_claiming,
    saved,
)
from tests.receipts_in import PICTURES, blank, send

FAULTS = PICTURES.parent / "faults"
BOTH = ["/api/photo/upload", "/api/photo/ocr"]


@pytest.fixture(autouse=True)
def own_decoders():
    """No test finds the decoders of another, nor leaves its own."""
    yield
    made = decoding._decoders.pop(os.getpid(), None)
    if made is not None:
        made.close()


@pytest.mark.parametrize(
    "name",
    ["exif_xres_srational_minus1.jpg", "exif_bits_long_70000.png", "exif_ycbcrpos_ascii.jpg"],
)
def test_odd_exif_is_taken(make, name):
    send(make.guest(), (FAULTS / name).read_bytes()).ok()


@pytest.mark.parametrize("kind", WITH)
def test_odd_exif_of_any_make_is_no_failure(make, kind):
    guest = make.guest()
    for seed in range(8):
        chance = Random(f"http {kind} {seed}")
        image = marked((60 + seed, 80))
        send(guest, WITH[kind](odd_block(chance, chance.randrange(1, 9)), image=image)).ok()


REFUSED = {
    "AVIF": (lambda: saved(marked(), "AVIF"), "kind", "AVIF"),
    "GIF": (lambda: blank(kind="GIF"), "kind", "GIF"),
    "no picture": (lambda: b"<svg/>", "kind", "JPEG"),
    "too many pixels": (lambda: png_claiming(9000, 9000), "size", "5000 万"),
    "too long": (lambda: png_claiming(1, 50_000_000), "size", "32768"),
    "cut off": (lambda: saved(Image.effect_noise((99, 99), 9), "PNG")[:999], "damaged", "损坏"),
    "600 scans": (lambda: jpeg_with_scans(600, (1000, 1000)), "cost", "复杂"),
}


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize("name", REFUSED)
def test_the_refusal_says_why(make, path, name):
    content, reason, told = REFUSED[name]
    guest = make.guest()
    answer = send(guest, content(), path=path)
    assert (answer.status, answer.code, answer.msg) == (200, 5003, "图片格式不支持或已损坏")
    assert answer.data["reason"] == reason and told in answer.data["message"]
    assert count(guest, Receipt) == 0


def test_the_photograph_of_a_fifty_megapixel_telephone_is_taken(make):
    photo = Image.linear_gradient("L").resize((8160, 6144)).convert("RGB")
    send(make.guest(), saved(photo, "JPEG", quality=60)).ok()


@contextmanager
def decoding_hangs(guest, content):
    """This guest's picture is being decoded, by a process that got stuck."""
    send(guest, blank(1))
    (process,) = [each._process for each in decoding._decoders[os.getpid()]._idle]
    os.kill(process.pid, signal.SIGSTOP)
    sent = threading.Thread(target=send, args=(guest, content))
    sent.start()
    try:
        wait_until(lambda: inside() == 1, 30, "the picture being decoded")
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        sent.join()


def inside():
    return len(decoding._decoders[os.getpid()]._turns._inside)


def test_others_are_served_while_one_guests_picture_hangs(make):
    evil, other = make.guest(), make.guest()
    with decoding_hangs(evil, blank(2)):
        for shade in range(3, 6):
            send(other, blank(shade)).ok()
        assert inside() == 1


def test_a_guest_with_too_many_under_way_is_told_to_wait(make):
    evil, other = make.guest(), make.guest()
    share = evil.app.extensions["parts"].settings.web_threads // 5
    with decoding_hangs(evil, blank(2)):
        crowd = [
            threading.Thread(target=send, args=(evil, blank(10 + each)))
            for each in range(share - 1)
        ]
        for each in crowd:
            each.start()
        turns = decoding._decoders[os.getpid()]._turns
        wait_until(lambda: len(turns._queue) == share - 1, 30, "the others in the queue")
        answer = send(evil, blank(9))
        assert (answer.status, answer.code) == (429, 3001)
        assert answer.headers["Retry-After"] == "2"
        send(other, blank(8)).ok()
    for each in crowd:
        each.join()
    send(evil, blank(7)).ok()


def test_a_decoder_that_hangs_is_the_servers_fault(make, monkeypatch):
    guest = make.guest()
    send(guest, blank(1)).ok()
    (process,) = [each._process for each in decoding._decoders[os.getpid()]._idle]
    os.kill(process.pid, signal.SIGSTOP)
    with monkeypatch.context() as impatient:
        impatient.setattr(decoder, "WALL_SECONDS", 0.2)
        answer = send(guest, blank(2))
    assert (answer.status, answer.code) == (503, 5000)
    assert process.poll() == -signal.SIGKILL
    send(guest, blank(2)).ok()


def test_without_a_decoder_the_service_is_unavailable(make, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    answer = send(make.guest(), blank())
    assert (answer.status, answer.code) == (503, 5000) and answer.headers["Retry-After"]


def test_scans_in_sixteen_bits_are_read_and_told_apart(make):
    scan = (FAULTS / "png16_grey_scan.png").read_bytes()
    with Image.open(FAULTS / "png16_grey_scan.png") as image:
        lying = saved(image.transpose(Image.Transpose.ROTATE_90), "PNG")
    guest = make.guest()
    upload_id = send(guest, scan).ok()["upload_id"]
    send(make.guest(), lying).ok()
    with guest.app.app_context():
        processing.process(upload_id)
    assert guest.get(f"/api/photo/records/{upload_id}").ok()["recognized_amount"] == 88


def test_blank_pictures_are_not_the_same_receipt(make):
    first = blank(255, kind="PNG")
    send(make.guest(), first).ok()
    send(make.guest(), blank(255, kind="WEBP", lossless=True)).ok()
    send(make.guest(), blank(255, kind="PNG", compress_level=0)).ok()
    assert send(make.guest(), first).code == 5005  # the same file still is
