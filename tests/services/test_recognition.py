"""Two readers of one receipt, and what is made of their agreeing or not."""

from decimal import Decimal
from unittest.mock import Mock

import pytest

from points_app.clients.baidu import BaiduError, BaiduReceipt
from points_app.reading.kinds import Document
from points_app.services.receipts.recognition import second_opinion
from tests.receipts_in import hand_in, picture, reading, send


def baidu(total="88.00", shop=None, number=None, moment=None):
    raw = {"words_result": [{"total_amount": [{"word": total}]}]}
    return BaiduReceipt(total and Decimal(total), shop, number, moment, raw)


@pytest.mark.parametrize(
    ("local", "confidence", "remote", "amount", "rated"),
    [
        ("88.00", "medium", "88.00", "88.00", "high"),  # two readers agree
        ("88.00", "high", "86.00", "88.00", "medium"),  # a sure one against Baidu
        ("88.00", "medium", "86.00", "86.00", "low"),  # Baidu's, unseen by the other
        ("88.00", "medium", None, "88.00", "medium"),
        (None, None, "88.00", "88.00", "low"),
    ],
)
def test_whose_amount_counts(local, confidence, remote, amount, rated):
    found = second_opinion(reading(local, confidence=confidence), baidu(remote))
    assert (str(found.amount), found.amount_confidence) == (amount, rated)


def test_two_readers_do_not_make_a_receipt_of_another_paper():
    refund = reading("88.00", document=Document("refund", "high"))
    assert second_opinion(refund, baidu("88.00")).amount_confidence == "medium"


def test_a_paid_sum_of_zero_stands():
    found = second_opinion(reading("0.00", confidence="medium"), baidu("87.00"))
    assert (str(found.amount), found.amount_confidence) == ("0.00", "medium")


def test_facts_complete_each_other_and_the_raw_answer_is_kept():
    remote = baidu(shop="渝州老灶火锅", number="A123456", moment="2026-01-05 12:30:00")
    found = second_opinion(reading(receipt_time=None), remote)
    assert found.merchant_name.value == "渝州老灶火锅"
    assert found.receipt_number.value == "A123456"
    assert found.receipt_time.value == "2026-01-05T12:30:00"
    assert found.to_json()["second_opinion"] == remote.raw


@pytest.mark.parametrize(
    ("answer", "engine"),
    [({"return_value": baidu("364.50")}, "baidu"), ({"side_effect": BaiduError("down")}, "tiny")],
)
def test_baidu_is_asked_where_there_is_an_account_and_done_without(app, make, answer, engine):
    """The real local engine reads along."""
    import dataclasses

    from points_app.services.receipts import processing

    ocr = Mock(**{f"receipt.{key}": value for key, value in answer.items()})
    app.extensions["parts"] = dataclasses.replace(app.extensions["parts"], ocr=ocr)
    guest = make.guest()
    upload_id = send(guest, picture("cn_dev_021_cash_rot90.jpg"), "364.50").ok()["upload_id"]
    with app.app_context():
        processing.process(upload_id)
    done = guest.get(f"/api/photo/records/{upload_id}").ok()
    assert done["match_status"] == "matched"
    merchant = make.merchant()
    review_id = merchant.get("/api/merchant/pending-reviews").ok()["reviews"][0]["review_id"]
    assert merchant.get(f"/api/merchant/reviews/{review_id}").ok()["engine"].endswith(engine)


class TestSettings:
    @pytest.fixture
    def settings_override(self):
        return {"OCR_API_KEY": "key", "OCR_SECRET_KEY": "secret"}

    def test_both_keys_make_a_client(self, app):
        assert app.extensions["parts"].ocr is not None


def test_without_keys_there_is_none(app, make):
    assert app.extensions["parts"].ocr is None
    assert hand_in(make.guest())
