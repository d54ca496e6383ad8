"""Baidu OCR against a server that speaks its documented protocol and its errors."""

import base64
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from points_app.clients.baidu import BaiduError, BaiduOcr, BaiduReceipt, parse_receipt

API_KEY, SECRET_KEY = "test-api-key", "test-secret-key"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4


def token(text: str, expires_in: object = 2592000) -> dict:
    return {"access_token": text, "expires_in": expires_in, "scope": "public"}


def error(code: int) -> dict:
    return {"log_id": 1, "error_code": code, "error_msg": f"told about {SECRET_KEY}"}


def words(**fields: str) -> dict:
    return {name: [{"word": word}] for name, word in fields.items()}


def reply(*receipts: dict) -> dict:
    return {"log_id": 2, "words_result_num": len(receipts), "words_result": list(receipts)}


READ = reply(words(shop_name="和平饭店", total_amount="1013.60", consumption_date="2022-08-15"))


def ocr(endpoint: str, timeout: float = 10.0) -> BaiduOcr:
    return BaiduOcr(API_KEY, SECRET_KEY, endpoint, timeout)


def calls(vendor) -> list[str]:
    """The path of each request, with the access token it carried."""
    made = []
    for request in vendor.received:
        parts = urlsplit(request.path)
        made.append(" ".join([parts.path, *parse_qs(parts.query).get("access_token", [])]))
    return made


TOKEN_CALL = "/oauth/2.0/token"
OCR_CALL = "/rest/2.0/ocr/v1/shopping_receipt"


def test_a_receipt_is_read_as_the_protocol_says(vendor):
    vendor.will_answer(token("24.first"), READ)
    receipt = ocr(vendor.endpoint).receipt(JPEG)
    assert receipt == BaiduReceipt(Decimal("1013.60"), "和平饭店", None, "2022-08-15", READ)

    asked, read = vendor.received
    assert parse_qs(urlsplit(asked.path).query) == {
        "grant_type": ["client_credentials"],
        "client_id": [API_KEY],
        "client_secret": [SECRET_KEY],
    }
    assert calls(vendor) == [TOKEN_CALL, f"{OCR_CALL} 24.first"]
    assert read.headers["content-type"] == "application/x-www-form-urlencoded"
    (image,) = parse_qs(read.body.decode(), strict_parsing=True)["image"]
    assert base64.b64decode(image, validate=True) == JPEG


def test_the_token_is_asked_for_once(vendor):
    vendor.will_answer(token("24.first"), READ, READ)
    client = ocr(vendor.endpoint)
    client.receipt(JPEG)
    client.receipt(JPEG)
    assert calls(vendor) == [TOKEN_CALL, f"{OCR_CALL} 24.first", f"{OCR_CALL} 24.first"]


def test_an_expiring_token_is_renewed_first(vendor):
    vendor.will_answer(token("24.first", expires_in=299), READ, token("24.second"), READ)
    client = ocr(vendor.endpoint)
    client.receipt(JPEG)
    client.receipt(JPEG)
    assert calls(vendor)[2:] == [TOKEN_CALL, f"{OCR_CALL} 24.second"]


@pytest.mark.parametrize("code", [110, 111])
def test_a_refused_token_is_renewed_once(vendor, code):
    vendor.will_answer(token("24.first"), error(code), token("24.second"), READ)
    assert ocr(vendor.endpoint).receipt(JPEG).total == Decimal("1013.60")
    assert calls(vendor)[2:] == [TOKEN_CALL, f"{OCR_CALL} 24.second"]


def test_a_token_refused_twice_stops(vendor):
    vendor.will_answer(token("24.first"), error(110), token("24.second"), error(110))
    with pytest.raises(BaiduError) as caught:
        ocr(vendor.endpoint).receipt(JPEG)
    assert caught.value.stop
    assert len(vendor.received) == 4


@pytest.mark.parametrize(
    ("code", "retryable", "stop"),
    [(code, True, False) for code in (1, 2, 4, 18, 282000)]
    + [(code, False, True) for code in (6, 14, 17, 19, 100)]
    + [(code, False, False) for code in (216100, 216200, 216201, 216202, 216630, 282810, 99)],
)
def test_an_error_says_whether_to_retry_or_to_stop(vendor, code, retryable, stop):
    vendor.will_answer(token("24.first"), error(code))
    with pytest.raises(BaiduError, match=f"error {code}$") as caught:
        ocr(vendor.endpoint).receipt(JPEG)
    assert (caught.value.retryable, caught.value.stop) == (retryable, stop)
    assert SECRET_KEY not in str(caught.value)


def test_wrong_keys_stop(vendor):
    description = "Client authentication failed"
    vendor.will_answer({"error": "invalid_client", "error_description": description}, status=401)
    with pytest.raises(BaiduError, match="OCR_API_KEY") as caught:
        ocr(vendor.endpoint).receipt(JPEG)
    assert caught.value.stop and not caught.value.retryable


@pytest.mark.parametrize(
    "answers",
    [
        [b"<html>502</html>"],
        [{}],
        [{"access_token": ["24"], "expires_in": 1}],
        [token("24.first", expires_in="soon")],
        [token("24.first"), b"garbage"],
        [token("24.first"), {"error_code": "??"}],
        [None],
        [token("24.first"), None],
    ],
    ids=["html", "no-token", "odd-token", "odd-expiry", "garbage", "odd-code", "silent", "slow"],
)
def test_nonsense_and_silence_may_be_tried_again(vendor, answers):
    for answer in answers:
        vendor.will_answer(answer)
    with pytest.raises(BaiduError) as caught:
        ocr(vendor.endpoint, timeout=0.2).receipt(JPEG)
    assert caught.value.retryable and not caught.value.stop


def test_after_a_failure_it_is_left_alone_for_a_while(vendor):
    vendor.will_answer(b"")
    client = ocr(vendor.endpoint)
    for _ in range(2):
        with pytest.raises(BaiduError):
            client.receipt(JPEG)
    assert len(vendor.received) == 1


def test_after_the_pause_the_same_client_works_again(vendor, monkeypatch):
    monkeypatch.setattr("points_app.clients.baidu.PAUSE", 0.0)
    vendor.will_answer(b"", token("24.first"), READ)
    client = ocr(vendor.endpoint)
    with pytest.raises(BaiduError):
        client.receipt(JPEG)
    assert client.receipt(JPEG).total == Decimal("1013.60")


def test_an_unreachable_vendor_may_be_tried_again(deaf_endpoint):
    with pytest.raises(BaiduError, match="cannot connect") as caught:
        ocr(deaf_endpoint).receipt(JPEG)
    assert caught.value.retryable


def test_a_picture_over_the_limit_is_not_sent(vendor):
    with pytest.raises(BaiduError, match="8 MB") as caught:
        ocr(vendor.endpoint).receipt(b"\xff" * (6 * 1024 * 1024 + 1))
    assert not caught.value.retryable
    assert vendor.received == []


@pytest.mark.parametrize(
    ("printed", "total"),
    [
        ("1013.60", "1013.60"),
        ("¥1,013.60", "1013.60"),
        ("￥ 88", "88"),
        ("5.00元", "5.00"),
        ("１２.５", "12.5"),
        ("0.00", "0.00"),
        ("", None),
        ("-5.00", None),
        ("12.345", None),
        ("1,01.00", None),
        ("12 14", None),
        ("合计", None),
        ("1e5", None),
        ("NaN", None),
    ],
)
def test_an_amount_is_read_strictly(printed, total):
    found = parse_receipt(reply(words(total_amount=printed))).total
    assert found == (None if total is None else Decimal(total))


def test_unconfirmed_names_of_fields_are_understood():
    fields = words(receipt_num="A1", consumption_date="2022-08-15", consumption_time="13:26:03")
    receipt = parse_receipt(reply(fields))
    assert (receipt.receipt_number, receipt.receipt_time) == ("A1", "2022-08-15 13:26:03")


def test_a_map_is_read_like_a_list_of_one():
    answer = {"words_result": {"total_amount": {"word": "9.90"}, "shop_name": [{"word": "店"}]}}
    receipt = parse_receipt(answer)
    assert (receipt.total, receipt.shop_name) == (Decimal("9.90"), "店")


def test_two_receipts_or_two_totals_are_for_a_person():
    two = reply(words(total_amount="10.00"), words(total_amount="20.00"))
    assert parse_receipt(two) == BaiduReceipt(None, None, None, None, two)
    differing = reply({"total_amount": [{"word": "10.00"}, {"word": "20.00"}]})
    assert parse_receipt(differing).total is None


@pytest.mark.parametrize(
    "result", [None, [], "text", 5, [None], [[]], {"total_amount": 5}, {"total_amount": [5, {}]}]
)
def test_an_unexpected_shape_gives_no_facts_and_keeps_the_answer(result):
    answer = {"words_result": result}
    assert parse_receipt(answer) == BaiduReceipt(None, None, None, None, answer)
