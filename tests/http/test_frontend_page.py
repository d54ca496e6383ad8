"""docs/frontend.md says what is true."""

from points_app.notices.channels import PATTERN
from tests.contract_codes import CODES
from tests.frontend_page import EXAMPLES, NOTICES, form
from tests.hearing import hears
from tests.receipts_in import handed_in_and_read


def test_the_notices_of_the_page_are_those_that_are_sent(app, make):
    with hears(app, PATTERN) as sent:
        _play(make)
    assert {notice["type"] for notice in NOTICES} == {notice["type"] for notice in sent}
    for example in NOTICES:
        alike = [form(notice) for notice in sent if notice["type"] == example["type"]]
        assert form(example) in alike, example["type"]


def _play(make):
    """A turn and an order that are handed out, and a receipt that is approved."""
    guest, merchant = make.guest(), make.merchant()
    make.wheel(
        {"probability": 1, "prize_type": "physical", "prize_value": 25, "prize_name": "免费咖啡"}
    )
    guest.post("/api/lottery/draw", {"draw_type": "single"}).ok()
    upload_id = handed_in_and_read(guest, "88.50")
    merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": "approve"}).ok()
    product = make.product(name="拿铁咖啡", stock=42)
    order = guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
    (turn,) = guest.get("/api/lottery/records").ok()["records"]
    for code in (order["pickup_code"], turn["claim_code"]):
        merchant.post("/api/merchant/verify", {"code": code}).ok()


def test_the_refusals_of_the_page_are_the_contracts():
    refusals = [example for example in EXAMPLES if example.get("msg") not in (None, "success")]
    assert len(refusals) == 2
    for example in refusals:
        texts = CODES[example["code"]][1] if example["code"] in CODES else {"积分余额不足"}
        assert example["msg"] in texts
