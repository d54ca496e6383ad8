"""One receipt handed in twice is found, by whatever it has in common, and held for a person."""

import io
from random import Random

import pytest
from PIL import Image
from sqlalchemy import insert, select

from points_app.database.session import db
from points_app.models.receipts import PictureBand, Receipt
from points_app.reading.fingerprint import SAME_PICTURE, hash_distance, neighbour_keys
from points_app.reading.pictures import normalise
from points_app.services.receipts import duplicates
from tests.queries import explained
from tests.receipts_in import blank, hand_in, handed_in_and_read, picture, read, reading, send


@pytest.fixture
def flags_of(make):
    merchant = make.merchant()

    def flags(upload_id):
        reviews = merchant.get("/api/merchant/pending-reviews?limit=100").ok()["reviews"]
        (review,) = [each for each in reviews if each["upload_id"] == upload_id]
        return [(flag["flag"], flag["upload_id"]) for flag in review["flags"]]

    return flags


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (
            {"receipt_time": "2026-01-05T12:30"},
            {"receipt_time": "2026-01-05T12:30:59"},
            "same_facts",
        ),
        (
            {"receipt_time": "2026-01-05", "receipt_number": "A1234567"},
            {"receipt_time": "2026-01-05", "receipt_number": "A1234567"},
            "same_number",
        ),
        (
            {
                "receipt_time": "2026-01-05",
                "lines": ["电话 62345678", "12.50", "38.00", "4.00", "88.00"],
            },
            {"receipt_time": None, "lines": ["62345678", "1250", "38.00", "400", "86.00"]},
            "same_print",
        ),
        ({"receipt_time": None}, {"receipt_time": None}, "same_sum"),
    ],
)
def test_what_two_photographs_of_a_slip_have_in_common(make, flags_of, first, second, found):
    earlier = handed_in_and_read(make.guest(), **first)
    later = handed_in_and_read(make.guest(), **second)
    assert flags_of(later) == [(found, earlier)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"receipt_time": "2026-01-05T12:30"}, {"receipt_time": "2026-01-05T12:31"}),
        ({"receipt_time": "2026-01-05"}, {"receipt_time": "2026-01-05"}),
        (
            {"receipt_number": "88001234", "receipt_time": "2026-01-05T12:30"},
            {"receipt_number": "88001234", "receipt_time": "2026-02-06T18:31", "amount": "91.00"},
        ),
        (
            {"receipt_number": "A12", "receipt_time": "2026-01-05T12:30"},
            {"receipt_number": "A12", "receipt_time": "2026-01-05T13:30"},
        ),
        ({"receipt_time": None}, {"receipt_time": None, "merchant_name": "北街面馆"}),
    ],
)
def test_what_different_slips_have_in_common_is_no_flag(make, flags_of, first, second):
    handed_in_and_read(make.guest(), **first)
    assert flags_of(handed_in_and_read(make.guest(), **second)) == []


def test_the_same_pixels_in_another_container_are_refused(make):
    image = Image.effect_mandelbrot((60, 80), (-2, -1.5, 1, 1.5), 50).convert("RGB")
    one, other, another = io.BytesIO(), io.BytesIO(), io.BytesIO()
    image.save(one, "PNG")
    image.save(other, "WEBP", lossless=True)
    image.point(lambda grey: max(0, grey - 1)).save(another, "PNG")
    send(make.guest(), one.getvalue()).ok()
    assert send(make.guest(), other.getvalue()).code == 5005
    assert send(make.guest(), another.getvalue()).code == 0


def test_blank_pictures_raise_no_flag(make, flags_of):
    uploads = []
    for shade in (254, 253):
        guest = make.guest()
        uploads.append(send(guest, blank(shade)).ok()["upload_id"])
        read(guest, uploads[-1], reading(None))
    assert [flags_of(each) for each in uploads] == [[], []]


def test_a_resaved_picture_is_found_by_its_hash(make, flags_of):
    image = Image.open(io.BytesIO(picture("cn_dev_000_standard_clean.jpg")))
    saved = io.BytesIO()
    image.save(saved, "JPEG", quality=55)
    first = sent_and_read(make.guest(), picture("cn_dev_000_standard_clean.jpg"), reading(None))
    second = sent_and_read(make.guest(), saved.getvalue(), reading(None))
    assert flags_of(second) == [("same_picture", first)]


def sent_and_read(guest, content, found):
    upload_id = send(guest, content).ok()["upload_id"]
    read(guest, upload_id, found)
    return upload_id


def copies():
    """A picture, and the same saved again."""
    image = Image.open(io.BytesIO(picture("screenshot_52.50.jpg")))
    for quality in (60, 80):
        saved = io.BytesIO()
        image.save(saved, "JPEG", quality=quality)
        yield saved.getvalue()


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({}, {}, True),
        ({"receipt_time": "2026-01-05T12:30"}, {"receipt_time": "2026-01-05T12:31"}, False),
        ({"amount": "52.50"}, {"amount": "163.00"}, False),  # nothing else says the same
        ({"amount": None}, {"amount": "163.00"}, True),
        (  # all but a painted sum is the same
            {"amount": "52.50", "lines": ["62345678", "3800", "1250", "200", "52.50"]},
            {"amount": "163.00", "lines": ["62345678", "3800", "1250", "200", "163.00"]},
            True,
        ),
        (  # the next bill of a till
            {"receipt_number": "202601051234", "receipt_time": "2026-01-05T12:30"},
            {"receipt_number": "202601051235", "receipt_time": "2026-01-05T12:34"},
            False,
        ),
    ],
)
def test_look_alikes_are_told_apart_by_their_print(make, flags_of, first, second, found):
    one, other = copies()
    sent_and_read(make.guest(), one, reading(**{"receipt_time": None, **first}))
    later = sent_and_read(make.guest(), other, reading(**{"receipt_time": None, **second}))
    assert bool(flags_of(later)) is found


def test_of_two_copies_the_one_that_is_read_later_is_flagged(make, flags_of):
    one, other = copies()
    guest = make.guest()
    first = send(guest, one).ok()["upload_id"]
    second = sent_and_read(make.guest(), other, reading("52.50", receipt_time=None))
    assert flags_of(second) == []
    read(guest, first, reading("52.50", receipt_time=None))
    assert [found[1] for found in flags_of(first)] == [second]


def test_a_copy_that_cannot_be_read_is_still_flagged(make, flags_of):
    from points_app.services.receipts import processing

    one, other = copies()
    first = sent_and_read(make.guest(), one, reading("52.50"))
    guest = make.guest()
    second = send(guest, other).ok()["upload_id"]
    for _ in range(processing.ATTEMPTS):
        with pytest.raises(OSError):
            read(guest, second, OSError("illegible"))
    assert flags_of(second) == [("same_picture", first)]


def test_screens_of_two_payments_in_one_app_are_two(make, flags_of):
    """As the real engine reads them."""
    from points_app.services.receipts import processing

    for name in ("screenshot_52.50.jpg", "screenshot_163.00.jpg"):
        guest = make.guest()
        upload_id = send(guest, picture(name)).ok()["upload_id"]
        with guest.app.app_context():
            processing.process(upload_id)
        assert flags_of(upload_id) == [("payment_screenshot", None)]


def test_another_receipt_of_the_same_look_is_not_the_same_picture(make, flags_of):
    sent_and_read(make.guest(), picture("cn_dev_000_standard_clean.jpg"), reading(None))
    other = sent_and_read(make.guest(), picture("cn_dev_019_standard_clean.jpg"), reading(None))
    assert flags_of(other) == []


def test_every_copy_within_the_distance_shares_a_band_with_at_most_one_bit_changed():
    chance = Random(5)
    for _ in range(300):
        bits = chance.getrandbits(256)
        changed = bits
        for bit in chance.sample(range(256), SAME_PICTURE):
            changed ^= 1 << bit
        one, other = f"{bits:064x}", f"{changed:064x}"
        assert hash_distance(one, other) == SAME_PICTURE
        shared = set(neighbour_keys(one)) & set(duplicates.band_keys(other))
        assert shared


def test_the_look_up_by_hash_uses_the_index(app, make):
    guest = make.guest()
    hand_in(guest)
    with app.app_context():
        fill_bands(20_000)
    fingerprint = normalise(blank()).perceptual_hash
    plan = explained(app, lambda: list(duplicates.look_alikes(0, fingerprint)), "picture_bands")
    (bands,) = plan
    assert (bands["type"], bands["key"]) == ("range", "PRIMARY")


def fill_bands(count):
    with db.engine.begin() as connection:
        review_id = connection.execute(select(Receipt.review_id)).scalar_one()
        keys = Random(1).sample(range(1 << 35), count)
        rows = [{"band_key": key, "review_id": review_id} for key in keys]
        connection.execute(insert(PictureBand.__table__), rows)
        connection.exec_driver_sql("ANALYZE TABLE picture_bands")


def test_of_two_that_are_read_at_once_the_later_finds_the_earlier(make, flags_of):
    """Each writes its facts down before either concludes anything."""
    from points_app.services.receipts import processing

    one, other = make.guest(), make.guest()
    first, second = hand_in(one, "88.00"), hand_in(other, "88.00")
    found = reading(receipt_time="2026-01-05T12:30")
    with one.app.app_context():
        for upload_id in (first, second):
            assert processing._claim(upload_id)
            processing._write_down(upload_id, found)
        for upload_id in (first, second):
            processing._settle(upload_id)
    assert flags_of(first) == [("same_facts", second)]
    assert flags_of(second) == [("same_facts", first)]
