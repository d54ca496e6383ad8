"""Approval without a person: off, and when on only for what is beyond doubt."""

import pytest

from points_app.services.receipts import auto_review
from tests.books import audit_entries, balance, set_config
from tests.receipts_in import hand_in, handed_in_and_read, read, reading


@pytest.fixture
def guest(make):
    return make.guest(points=1000)


@pytest.fixture
def switched_on(app):
    set_config(app, "auto_approve", "True")
    set_config(app, "auto_approve_sample_percent", "0")


@pytest.fixture
def all_sampled(switched_on, app):
    set_config(app, "auto_approve_sample_percent", "100")


def status(guest, upload_id):
    return guest.get(f"/api/photo/records/{upload_id}").ok()["review_status"]


def test_off_unless_the_shop_switches_it_on(guest):
    assert status(guest, handed_in_and_read(guest)) == "pending"


def test_what_is_beyond_doubt_is_paid_at_once(switched_on, guest):
    upload_id = handed_in_and_read(guest, "88.00")
    record = guest.get(f"/api/photo/records/{upload_id}").ok()
    assert (record["review_status"], record["review_reason"]) == ("approved", "自动审核通过")
    assert balance(guest) == 1880
    (entry,) = audit_entries(guest, upload_id)
    assert (entry.actor_id, entry.details["points"]) == (None, 880)


@pytest.mark.parametrize(
    "facts",
    [
        {"confidence": "medium"},
        {"receipt_time": None},
        {"receipt_time": "2020-01-05T12:30"},
        {"is_receipt": False},
    ],
)
def test_any_doubt_is_for_a_person(switched_on, guest, facts):
    assert status(guest, handed_in_and_read(guest, **facts)) == "pending"
    assert balance(guest) == 1000


def test_another_amount_than_typed_is_for_a_person(switched_on, guest):
    upload_id = hand_in(guest, "80.00")
    read(guest, upload_id, reading("88.00"))
    assert status(guest, upload_id) == "pending"


def test_a_receipt_seen_before_is_for_a_person(switched_on, guest, make):
    handed_in_and_read(make.guest())
    assert status(guest, handed_in_and_read(guest)) == "pending"


def test_more_points_than_one_person_may_approve_are_for_two(switched_on, app, guest):
    set_config(app, "two_person_points", "500")
    assert status(guest, handed_in_and_read(guest, "88.00")) == "pending"


def test_an_appeal_is_never_approved_by_itself(app, guest, make):
    upload_id = hand_in(guest, "88.00")
    body = {"upload_id": upload_id, "action": "reject", "reason": "看不清"}
    make.merchant().post("/api/merchant/review", body).ok()
    guest.post(f"/api/photo/records/{upload_id}/appeal", {"reason": "很清楚"}).ok()
    set_config(app, "auto_approve", "True")
    read(guest, upload_id, reading("88.00"))
    assert status(guest, upload_id) == "pending"


def test_a_sampled_receipt_goes_to_a_person(all_sampled, guest):
    assert status(guest, handed_in_and_read(guest)) == "pending"


@pytest.mark.parametrize(
    ("decisions", "rate"),
    [
        ([], None),
        ([{"action": "approve"}], 0.0),
        ([{"action": "approve"}, {"action": "reject", "reason": "假小票"}], 0.5),
        ([{"action": "approve", "points": 10}], 1.0),  # other points than the rule's
    ],
)
def test_the_error_rate_is_how_often_persons_decide_otherwise(
    all_sampled, app, make, decisions, rate
):
    merchant = make.merchant()
    for number, decision in enumerate(decisions):
        upload_id = handed_in_and_read(make.guest(), f"{60 + number}.00")
        merchant.post("/api/merchant/review", {"upload_id": upload_id, **decision}).ok()
    with app.app_context():
        assert auto_review.error_rate() == rate


def test_two_persons_who_raise_the_points_decide_otherwise(all_sampled, app, make):
    set_config(app, "two_person_points", "500")
    upload_id = handed_in_and_read(make.guest(), "40.00")
    for merchant in (make.merchant(), make.merchant()):
        body = {"upload_id": upload_id, "action": "approve", "points": 900}
        merchant.post("/api/merchant/review", body).ok()
    with app.app_context():
        assert auto_review.error_rate() == 1.0
