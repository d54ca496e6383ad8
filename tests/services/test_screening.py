"""The rules a receipt is held against: which fail, which cannot be judged, which are off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.books import set_config
from tests.receipts_in import hand_in, handed_in_and_read, read, reading

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def guest(make):
    return make.guest()


@pytest.fixture
def rules_of(make):
    merchant = make.merchant()

    def rules(upload_id):
        reviews = merchant.get("/api/merchant/pending-reviews?limit=100").ok()["reviews"]
        (review,) = [each for each in reviews if each["upload_id"] == upload_id]
        return {rule["rule"]: rule["passed"] for rule in review["rules"]}

    return rules


def days_ago(days):
    return (datetime.now(SHANGHAI) - timedelta(days=days)).strftime("%Y-%m-%dT00:00")


def test_an_ordinary_receipt_passes_every_rule(guest, rules_of):
    rules = rules_of(handed_in_and_read(guest))
    assert set(rules.values()) == {True}
    assert list(rules) == [
        "is_receipt",
        "document_kind",
        "something_paid",
        "amounts_agree",
        "not_in_future",
        "recent",
        "usual_amount",
        "not_too_many",
        "not_seen_before",
    ]


@pytest.mark.parametrize(
    ("days", "recent", "not_in_future"),
    [(0, True, True), (14, True, True), (15, False, True), (-1, True, False)],
)
def test_a_receipt_is_recent_and_not_of_tomorrow(guest, rules_of, days, recent, not_in_future):
    rules = rules_of(handed_in_and_read(guest, receipt_time=days_ago(days)))
    assert (rules["recent"], rules["not_in_future"]) == (recent, not_in_future)


@pytest.mark.parametrize(("ahead", "passed"), [(5, True), (40, False)])
def test_a_till_may_be_a_quarter_of_an_hour_fast(guest, rules_of, ahead, passed):
    printed = datetime.now(SHANGHAI) + timedelta(minutes=ahead)
    upload_id = handed_in_and_read(guest, receipt_time=printed.strftime("%Y-%m-%dT%H:%M"))
    assert rules_of(upload_id)["not_in_future"] is passed


def test_without_a_date_freshness_cannot_be_judged(guest, rules_of):
    rules = rules_of(handed_in_and_read(guest, receipt_time=None))
    assert (rules["recent"], rules["not_in_future"]) == (None, None)


@pytest.mark.parametrize(
    ("printed", "passed"),
    [
        ("渝州老灶（解放路店）", True),
        ("渝州老社", True),
        ("江岸小馆", False),
        (None, None),
    ],
)
def test_only_listed_shops_are_known(app, guest, rules_of, printed, passed):
    set_config(app, "receipt_shop_names", "渝州老灶, 北街面馆")
    assert rules_of(handed_in_and_read(guest, merchant_name=printed))["known_shop"] is passed


def test_a_listed_name_anywhere_on_the_slip_counts(app, guest, rules_of):
    set_config(app, "receipt_shop_names", "北街面馆")
    upload_id = handed_in_and_read(
        guest, merchant_name="欢迎光临", lines=["谢谢", "北街面馆 收银01"]
    )
    assert rules_of(upload_id)["known_shop"] is True


@pytest.mark.parametrize(
    ("amount", "passed"), [("9.99", False), ("10.00", True), ("500.00", True), ("500.01", False)]
)
def test_amounts_outside_the_limits_fail(app, guest, rules_of, amount, passed):
    set_config(app, "receipt_min_amount", "10")
    set_config(app, "receipt_max_amount", "500")
    assert rules_of(handed_in_and_read(guest, amount))["usual_amount"] is passed


def test_more_receipts_a_day_than_the_limit_fail(app, guest, rules_of, make):
    set_config(app, "receipts_per_guest_per_day", "2")
    amounts = ("11.00", "12.00", "13.00")
    judged = [rules_of(handed_in_and_read(guest, each))["not_too_many"] for each in amounts]
    assert judged == [True, True, False]
    assert rules_of(handed_in_and_read(make.guest(), "14.00"))["not_too_many"] is True


def test_rules_that_are_switched_off_are_not_listed(app, guest, rules_of):
    for name in ("receipt_max_age_days", "receipt_max_amount", "receipts_per_guest_per_day"):
        set_config(app, name, "0")
    rules = rules_of(handed_in_and_read(guest))
    assert not {"recent", "usual_amount", "not_too_many", "known_shop"} & set(rules)


def test_typed_and_read_must_agree(guest, rules_of):
    upload_id = hand_in(guest, "80.00")
    read(guest, upload_id, reading("88.00"))
    assert rules_of(upload_id)["amounts_agree"] is False


def test_a_picture_without_a_receipt_says_so(guest, rules_of):
    upload_id = hand_in(guest, "80.00")
    read(guest, upload_id, reading(None, is_receipt=False, receipt_time=None, merchant_name=None))
    rules = rules_of(upload_id)
    assert (rules["is_receipt"], rules["amounts_agree"]) == (False, None)
