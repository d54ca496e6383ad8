"""What is no receipt says so to the merchant, and earns nothing without a person."""

import pytest

from points_app.reading.kinds import KINDS, Document
from points_app.services.receipts import processing
from points_app.services.receipts.screening import PAPERS
from tests.books import balance, set_config
from tests.receipts_in import handed_in_and_read, picture, read, reading, send


@pytest.fixture
def guest(make):
    return make.guest(points=1000)


@pytest.fixture
def review_of(make):
    merchant = make.merchant()

    def review(upload_id):
        reviews = merchant.get("/api/merchant/pending-reviews?limit=100").ok()["reviews"]
        (found,) = [each for each in reviews if each["upload_id"] == upload_id]
        return found

    return review


@pytest.fixture
def auto_approve(app):
    """Every other rule is off, or the pictures of the tests would fail them one day."""
    set_config(app, "auto_approve", "True")
    set_config(app, "auto_approve_sample_percent", "0")
    set_config(app, "receipt_max_age_days", "0")


def rule(review, name):
    (found,) = [each for each in review["rules"] if each["rule"] == name]
    return found["passed"]


def read_picture(guest, name, amount):
    upload_id = send(guest, picture(name), amount).ok()["upload_id"]
    with guest.app.app_context():
        processing.process(upload_id)
    return upload_id


def test_a_receipt_is_paid(auto_approve, guest):
    handed_in_and_read(guest, document=Document("receipt", "high"))
    assert balance(guest) == 1880


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "receipt"])
def test_no_other_paper_is_paid_without_a_person(auto_approve, guest, review_of, kind):
    review = review_of(handed_in_and_read(guest, document=Document(kind, "high", ("【字样】",))))
    assert (review["document_kind"], review["document_confidence"]) == (kind, "high")
    (flag,) = review["flags"]
    assert (flag["flag"], flag["upload_id"], flag["image_url"]) == (kind, None, None)
    assert flag["message"] == f"这是{PAPERS[kind]}：【字样】"
    assert rule(review, "document_kind") is False
    assert rule(review, "not_seen_before") is True  # no other upload is meant
    assert balance(guest) == 1000


def test_what_is_only_perhaps_a_receipt_waits(auto_approve, guest, review_of):
    review = review_of(handed_in_and_read(guest, document=Document("receipt", "low")))
    assert (review["flags"], rule(review, "document_kind")) == ([], None)
    assert balance(guest) == 1000


def test_before_it_is_read_nothing_is_known(guest, review_of):
    review = review_of(send(guest, picture("slip_return.jpg"), "53.00").ok()["upload_id"])
    assert (review["document_kind"], review["document_confidence"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "typed", "kind"),
    [
        ("slip_return.jpg", "53.00", "refund"),
        ("screenshot_52.50.jpg", "52.50", "payment_screenshot"),
    ],
)
def test_pictures_that_were_paid(auto_approve, guest, review_of, name, typed, kind):
    review = review_of(read_picture(guest, name, typed))
    assert (review["document_kind"], rule(review, "document_kind")) == (kind, False)
    assert [flag["flag"] for flag in review["flags"]] == [kind]
    assert balance(guest) == 1000


def test_a_paid_sum_of_zero_is_a_sum_and_earns_nothing(auto_approve, guest, review_of):
    review = review_of(read_picture(guest, "slip_voucher_paid_zero.jpg", "87.00"))
    assert (review["recognized_amount"], review["points_awarded"]) == (0, 0)
    assert review["match_status"] == "mismatched"
    assert rule(review, "something_paid") is False
    assert balance(guest) == 1000


def test_zero_is_not_paid_even_where_it_was_typed_and_all_is_sure(auto_approve, guest, review_of):
    upload_id = send(guest, picture("cn_dev_000_standard_clean.jpg"), "0.3").ok()["upload_id"]
    read(guest, upload_id, reading("0.00"))
    review = review_of(upload_id)
    assert (review["match_status"], review["confidence"]) == ("matched", "high")
    assert rule(review, "something_paid") is False
    assert balance(guest) == 1000


def test_the_quick_reading_tells_the_kind(guest):
    from points_app.wire.receipts.uploads import quick_reading

    assert quick_reading(reading(document=Document("void", "high")))["document_kind"] == "void"
