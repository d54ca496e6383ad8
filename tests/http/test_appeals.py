"""A guest may ask once for another look at a rejected receipt."""

import pytest

from tests.books import audit_entries, balance, set_config
from tests.receipts_in import blank, handed_in_and_read, send


@pytest.fixture
def guest(make):
    return make.guest(points=1000)


@pytest.fixture
def merchant(make):
    return make.merchant()


def decide(merchant, upload_id, action, **body):
    return merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": action, **body})


def appeal(guest, upload_id, reason="金额清晰可见"):
    return guest.post(f"/api/photo/records/{upload_id}/appeal", {"reason": reason})


@pytest.fixture
def rejected(guest, merchant):
    upload_id = handed_in_and_read(guest, "88.00")
    decide(merchant, upload_id, "reject", reason="看不清").ok()
    return upload_id


def test_the_guest_sees_the_reason_and_that_an_appeal_is_possible(guest, rejected):
    record = guest.get(f"/api/photo/records/{rejected}").ok()
    assert (record["review_reason"], record["can_appeal"]) == ("看不清", True)


def test_an_appeal_puts_the_receipt_back_before_another_merchant(guest, merchant, rejected, make):
    record = appeal(guest, rejected).ok()
    assert (record["review_status"], record["points_awarded"]) == ("pending", 880)
    assert (record["can_appeal"], record["appeal_reason"]) == (False, "金额清晰可见")
    refused = decide(merchant, rejected, "approve")
    assert (refused.code, refused.data) == (7006, {"reason": "own_decision_appealed"})
    assert decide(make.merchant(), rejected, "approve").ok()["status"] == "approved"
    assert balance(guest) == 1880
    actions = [entry.action for entry in audit_entries(guest, rejected)]
    assert actions == ["review.decide", "receipt.appeal", "review.decide"]


def test_only_once(guest, rejected, make):
    appeal(guest, rejected).ok()
    decide(make.merchant(), rejected, "reject", reason="确实看不清").ok()
    refused = appeal(guest, rejected)
    assert (refused.code, refused.data) == (5007, {"status": "rejected", "appealed": True})


def test_what_is_not_rejected_cannot_be_appealed(guest):
    refused = appeal(guest, handed_in_and_read(guest))
    assert (refused.code, refused.data) == (5007, {"status": "pending", "appealed": False})


def test_the_receipt_of_another_guest_is_unknown(make, rejected):
    assert appeal(make.guest(), rejected).code == 5006


@pytest.mark.parametrize("reason", ["", " ", None, 5, "长" * 501])
def test_an_appeal_needs_a_reason(guest, rejected, reason):
    assert appeal(guest, rejected, reason).code == 9001


def test_a_picture_that_was_sent_anew_counts_instead(guest, merchant):
    content = blank(77)
    first = send(guest, content, "88.00").ok()["upload_id"]
    decide(merchant, first, "reject", reason="看不清").ok()
    second = send(guest, content, "88.00").ok()["upload_id"]
    refused = appeal(guest, first)
    assert (refused.code, refused.data) == (5005, {"upload_id": second})


@pytest.fixture
def two_persons(app):
    set_config(app, "two_person_points", "500")


def test_the_rejecter_may_be_the_second_of_two_to_approve(
    two_persons, guest, merchant, rejected, make
):
    appeal(guest, rejected).ok()
    assert decide(make.merchant(), rejected, "approve").ok()["status"] == "pending"
    assert decide(merchant, rejected, "reject", reason="仍看不清").code == 7006
    assert decide(merchant, rejected, "approve").ok()["status"] == "approved"
    assert balance(guest) == 1880
