"""Flags know whose the other upload is and what became of it: who sends a better picture of a
rejected receipt is no suspect, who hands in what was paid is."""

import io
from random import Random

import pytest
from PIL import Image

from tests.books import balance, set_config
from tests.receipts_in import hand_in, read, reading, send

SLIP = {"receipt_time": "2026-01-05T12:30"}


@pytest.fixture(autouse=True)
def auto(app):
    set_config(app, "auto_approve", "true")
    set_config(app, "auto_approve_sample_percent", "0")
    set_config(app, "receipt_max_age_days", "0")


@pytest.fixture
def guest(make):
    return make.guest(points=1000)


@pytest.fixture
def merchant(make):
    return make.merchant()


def decide(merchant, upload_id, action):
    body = {"upload_id": upload_id, "action": action, "reason": "看不清"}
    return merchant.post("/api/merchant/review", body).ok()


def blurred(guest):
    """A receipt whose sum was read without certainty."""
    upload_id = hand_in(guest, "88.00")
    read(guest, upload_id, reading("88.00", confidence="low", **SLIP))
    return upload_id


def sharp(guest):
    upload_id = hand_in(guest, "88.00")
    read(guest, upload_id, reading("88.00", **SLIP))
    return upload_id


def record(merchant, upload_id):
    page = merchant.get("/api/merchant/pending-reviews?limit=100").ok()["reviews"]
    (found,) = [each for each in page if each["upload_id"] == upload_id]
    return found


def flag(merchant, upload_id):
    (found,) = record(merchant, upload_id)["flags"]
    return {name: found[name] for name in ("upload_id", "whose", "state", "suspicious")}


def not_seen_before(merchant, upload_id):
    rules = record(merchant, upload_id)["rules"]
    return {rule["rule"]: rule["passed"] for rule in rules}["not_seen_before"]


def status(guest, upload_id):
    return guest.get(f"/api/photo/records/{upload_id}").ok()["review_status"]


def test_a_better_picture_of_ones_own_rejected_receipt_is_paid(guest, merchant):
    decide(merchant, blurred(guest), "reject")
    assert status(guest, sharp(guest)) == "approved"
    assert balance(guest) == 1880


def test_it_is_still_noted(app, guest, merchant):
    first = blurred(guest)
    decide(merchant, first, "reject")
    set_config(app, "auto_approve", "false")
    second = sharp(guest)
    assert flag(merchant, second) == {
        "upload_id": first,
        "whose": "own",
        "state": "rejected",
        "suspicious": False,
    }
    assert not_seen_before(merchant, second) is True
    assert "本人，已拒绝" in record(merchant, second)["flags"][0]["message"]


@pytest.mark.parametrize(
    ("own", "decision"),
    [(True, None), (True, "approve"), (False, None), (False, "approve"), (False, "reject")],
)
def test_anything_else_waits_for_a_person(guest, make, merchant, own, decision):
    first = blurred(guest if own else make.guest())
    if decision:
        decide(merchant, first, decision)
    second = sharp(guest)
    assert status(guest, second) == "pending"
    seen = flag(merchant, second)
    assert (seen["upload_id"], seen["whose"]) == (first, "own" if own else "other")
    states = {None: "pending", "approve": "approved", "reject": "rejected"}
    assert (seen["state"], seen["suspicious"]) == (states[decision], True)
    assert not_seen_before(merchant, second) is False


def test_the_very_picture_that_was_rejected_is_not_paid_by_the_rule(guest, merchant):
    buffer = io.BytesIO()
    Image.frombytes("L", (64, 64), Random("same").randbytes(64 * 64)).save(buffer, "PNG")
    for action in ("reject", None):
        upload_id = send(guest, buffer.getvalue(), "88.00").ok()["upload_id"]
        found = reading("88.00", confidence="low" if action else "high", **SLIP)
        read(guest, upload_id, found)
        if action:
            decide(merchant, upload_id, action)
    assert status(guest, upload_id) == "pending"
    assert flag(merchant, upload_id)["suspicious"] is True


def test_a_flag_follows_what_becomes_of_the_other(guest, merchant):
    """Both wait, one is decided: the other one's flag and rule say so at once."""
    first = blurred(guest)
    second = sharp(guest)
    assert flag(merchant, second)["state"] == "pending"
    assert not_seen_before(merchant, second) is False
    decide(merchant, first, "reject")
    assert flag(merchant, second) == {
        "upload_id": first,
        "whose": "own",
        "state": "rejected",
        "suspicious": False,
    }
    assert not_seen_before(merchant, second) is True


def test_own_rejected_tries_push_no_suspicion_off_the_list(guest, make, merchant):
    other = blurred(make.guest())
    for _ in range(6):
        decide(merchant, blurred(guest), "reject")
    last = sharp(guest)
    assert status(guest, last) == "pending"
    flags = record(merchant, last)["flags"]
    assert len(flags) == 5 and (flags[0]["upload_id"], flags[0]["suspicious"]) == (other, True)
