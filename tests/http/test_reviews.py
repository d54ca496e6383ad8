"""Merchants decide on receipts: once, not their own, two of them above a limit."""

import pytest

from tests.books import audit_entries, balance, set_config
from tests.receipts_in import hand_in, handed_in_and_read


@pytest.fixture
def guest(make):
    return make.guest(points=1000)


@pytest.fixture
def merchant(make):
    return make.merchant()


def decide(merchant, upload_id, action="approve", **body):
    return merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": action, **body})


def test_an_approval_pays_the_proposed_points_once(guest, merchant):
    upload_id = handed_in_and_read(guest, "88.00")
    decision = decide(merchant, upload_id).ok()
    assert (decision["status"], decision["points_awarded"]) == ("approved", 880)
    again = decide(merchant, upload_id)
    assert (again.code, again.data) == (7003, {"status": "approved"})
    assert balance(guest) == 1880


def test_a_merchant_never_reviews_their_own_receipt(merchant, make):
    upload_id = handed_in_and_read(merchant)
    refused = decide(merchant, upload_id)
    assert (refused.code, refused.data) == (7006, {"reason": "own_receipt"})
    assert decide(make.merchant(), upload_id).code == 0


def test_the_record_says_what_was_typed_read_found_and_decided(guest, merchant):
    upload_id = handed_in_and_read(guest, "88.00")
    decision = decide(merchant, upload_id, "reject", reason="看不清").ok()
    record = merchant.get(f"/api/merchant/reviews/{decision['review_id']}").ok()
    assert (record["input_amount"], record["recognized_amount"]) == (88, 88)
    assert (record["confidence"], record["amount_boxes"]) == ("high", [[10, 20, 110, 40]])
    assert record["review_reason"] == "看不清" and record["reviewer_id"] == merchant.user_id
    (entry,) = record["history"]
    assert (entry["action"], entry["actor_id"]) == ("review.decide", merchant.user_id)
    assert entry["details"]["points_proposed"] == 880 and entry["details"]["seconds"] >= 0
    assert {rule["rule"] for rule in entry["details"]["rules"]} >= {"recent", "usual_amount"}


def test_an_unknown_record(merchant):
    assert merchant.get("/api/merchant/reviews/99999999").code == 7002


def test_the_rules_and_the_other_picture_are_shown_to_the_merchant(guest, make, merchant):
    first = handed_in_and_read(guest, receipt_number="20260102123456")
    second = handed_in_and_read(make.guest(), receipt_number="20260102123456")
    reviews = merchant.get("/api/merchant/pending-reviews?sort=newest").ok()["reviews"]
    newest = reviews[0]
    assert newest["upload_id"] == second
    (flag,) = newest["flags"]
    assert (flag["flag"], flag["upload_id"]) == ("same_facts", first)
    assert "/files/" in flag["image_url"]
    assert {"rule": "not_seen_before", "passed": False, "detail": "1 个疑点"} in newest["rules"]


class TestTwoPersons:
    @pytest.fixture(autouse=True)
    def limit(self, app):
        set_config(app, "two_person_points", "500")

    def test_more_points_than_the_limit_need_a_second_merchant(self, guest, merchant, make):
        upload_id = handed_in_and_read(guest, "88.00")
        first = decide(merchant, upload_id).ok()
        assert (first["status"], first["review_time"]) == ("pending", None)
        assert balance(guest) == 1000
        same = decide(merchant, upload_id)
        assert (same.code, same.data) == (7006, {"reason": "second_merchant_needed"})
        second = decide(make.merchant(), upload_id).ok()
        assert second["status"] == "approved" and balance(guest) == 1880
        actions = [entry.action for entry in audit_entries(guest, upload_id)]
        assert actions == ["review.first_approval", "review.decide"]

    def test_points_within_the_limit_need_one(self, guest, merchant):
        upload_id = handed_in_and_read(guest, "88.00")
        assert decide(merchant, upload_id, points=500).ok()["status"] == "approved"

    def test_both_must_mean_the_same_points(self, guest, merchant, make):
        upload_id = handed_in_and_read(guest, "88.00")
        decide(merchant, upload_id).ok()
        assert decide(make.merchant(), upload_id, points=900).ok()["status"] == "pending"
        assert decide(merchant, upload_id, points=900).ok()["status"] == "approved"
        assert balance(guest) == 1900

    def test_whoever_approved_first_may_still_reject(self, guest, merchant):
        upload_id = handed_in_and_read(guest, "88.00")
        decide(merchant, upload_id).ok()
        assert decide(merchant, upload_id, "reject", reason="看错了").ok()["status"] == "rejected"

    def test_a_reading_that_comes_late_changes_nothing_that_one_approved(self, guest, merchant):
        from tests.receipts_in import read, reading

        upload_id = hand_in(guest, "60.00")
        decide(merchant, upload_id).ok()
        read(guest, upload_id, reading("61.00"))
        assert (
            merchant.get("/api/merchant/pending-reviews").ok()["reviews"][0]["points_awarded"]
            == 600
        )


def test_a_proposal_above_two_thousand_may_be_sent_back(app, guest, merchant):
    set_config(app, "max_points_award", "50000")
    upload_id = handed_in_and_read(guest, "3000.00")
    (waiting,) = merchant.get("/api/merchant/pending-reviews").ok()["reviews"]
    assert waiting["points_awarded"] == 30_000
    body = {"upload_id": upload_id, "action": "approve", "points": 30_000}
    set_config(app, "max_points_award", "2000")  # lowered while the form was open
    refused = merchant.post("/api/merchant/review", {**body, "points": 30_001})
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "points")
    assert merchant.post("/api/merchant/review", body).ok()["points_awarded"] == 30_000
    assert balance(guest) == 31_000


def test_no_more_than_the_shop_allows(app, guest, merchant):
    upload_id = handed_in_and_read(guest, "20.00")
    body = {"upload_id": upload_id, "action": "approve"}
    for points in (2001, 100_000, 100_001, 10**12, -1):
        refused = merchant.post("/api/merchant/review", {**body, "points": points})
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "points")
    assert balance(guest) == 1000
    assert merchant.post("/api/merchant/review", {**body, "points": 2000}).ok()["points_awarded"]
