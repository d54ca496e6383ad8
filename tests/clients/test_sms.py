"""SMS: signatures against the vendors' published vectors, then whole calls over HTTP."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from points_app.clients.sms import aliyun, make_sms_sender, tencent
from points_app.clients.sms.aliyun import AliyunSms
from points_app.clients.sms.base import SmsError
from points_app.clients.sms.console import ConsoleSms
from points_app.clients.sms.tencent import TencentSms
from points_app.config import Settings

PHONE, CODE, KEY_ID, SECRET = "13800138000", "246813", "test-key-id", "test-key-secret"
REQUEST_ID = "F655A8D5-B967-440B-8683-DAD6FF8DE990"


def aliyun_sender(endpoint: str) -> AliyunSms:
    return AliyunSms(KEY_ID, SECRET, "积分 商城", "SMS_1", endpoint)


def tencent_sender(endpoint: str) -> TencentSms:
    return TencentSms(KEY_ID, SECRET, "1400006666", "积分商城", "1110", endpoint=endpoint)


@pytest.mark.parametrize(
    ("date", "nonce", "signature"),
    [
        (
            "2023-10-26T09:01:01Z",
            "d410180a5abf7fe235dd9b74aca91fc0",
            "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
        ),
        (
            "2023-10-26T10:22:32Z",
            "3156853299f313e23d1673dc12e1703d",
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        ),
    ],
)
def test_aliyun_signs_as_its_documentation_prints(date, nonce, signature):
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = aliyun.canonical_query({"RegionId": "cn-shanghai", "ImageId": image})
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
    }
    value = aliyun.authorization("YourAccessKeyId", "YourAccessKeySecret", query, headers)
    assert value == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        f"Signature={signature}"
    )


def test_aliyun_encodes_by_rfc_3986():
    query = aliyun.canonical_query({"b": "a b*~/", "A": "签"})
    assert query == "A=%E7%AD%BE&b=a%20b%2A~%2F"


def test_tencent_signs_as_its_sdk():
    body = (
        b'{"PhoneNumberSet":["+8613800138000"],"SmsSdkAppId":"1400000000","SignName":"test",'
        b'"TemplateId":"1","TemplateParamSet":["123456"]}'
    )
    host = "sms.tencentcloudapi.com"
    assert tencent.signature("testsecret", host, body, 1767225600) == (
        "2026-01-01/sms/tc3_request",
        "a3a851bea8d88d65a26cd68637a5adf4336b65b8ac770dcdd959ac5066af1127",
    )


def test_aliyun_sends_a_message_the_server_can_verify(vendor):
    vendor.will_answer({"Code": "OK", "Message": "OK", "RequestId": REQUEST_ID})
    aliyun_sender(vendor.endpoint).send_code(PHONE, CODE)
    (request,) = vendor.received
    path, _, query = request.path.partition("?")
    assert path == "/"
    assert dict(parse_qsl(query, strict_parsing=True)) == {
        "PhoneNumbers": PHONE,
        "SignName": "积分 商城",
        "TemplateCode": "SMS_1",
        "TemplateParam": json.dumps({"code": CODE}),
    }
    assert query.split("&") == sorted(query.split("&"))
    assert request.headers["host"] == urlsplit(vendor.endpoint).netloc
    assert request.headers["x-acs-action"] == "SendSms"
    assert request.headers["x-acs-version"] == "2017-05-25"
    made = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ")
    assert abs(datetime.now(UTC) - made.replace(tzinfo=UTC)) < timedelta(minutes=15)
    assert request.headers["x-acs-content-sha256"] == hashlib.sha256(request.body).hexdigest()

    parsed = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=(.+),SignedHeaders=(.+),Signature=([0-9a-f]{64})",
        request.headers["authorization"],
    )
    assert parsed is not None and parsed[1] == KEY_ID
    canonical = f"POST\n/\n{query}\n"
    for name in parsed[2].split(";"):
        canonical += f"{name}:{request.headers[name]}\n"
    canonical += f"\n{parsed[2]}\n{request.headers['x-acs-content-sha256']}"
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    assert hmac.new(SECRET.encode(), to_sign.encode(), "sha256").hexdigest() == parsed[3]


def test_aliyun_never_uses_a_nonce_twice(vendor):
    vendor.will_answer({"Code": "OK"}, {"Code": "OK"})
    sender = aliyun_sender(vendor.endpoint)
    sender.send_code(PHONE, CODE)
    sender.send_code(PHONE, CODE)
    first, second = (request.headers["x-acs-signature-nonce"] for request in vendor.received)
    assert first != second


def test_tencent_sends_a_message_the_server_can_verify(vendor):
    vendor.will_answer({"Response": {"SendStatusSet": [{"Code": "Ok"}], "RequestId": REQUEST_ID}})
    tencent_sender(vendor.endpoint).send_code(PHONE, CODE)
    (request,) = vendor.received
    assert request.path == "/"
    assert json.loads(request.body) == {
        "PhoneNumberSet": [f"+86{PHONE}"],
        "SmsSdkAppId": "1400006666",
        "SignName": "积分商城",
        "TemplateId": "1110",
        "TemplateParamSet": [CODE],
    }
    headers = request.headers
    assert headers["x-tc-action"] == "SendSms"
    assert headers["x-tc-version"] == "2021-01-11"
    assert headers["x-tc-region"] == "ap-guangzhou"
    made = datetime.fromtimestamp(int(headers["x-tc-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=10)

    day = made.strftime("%Y-%m-%d")
    canonical = (
        f"POST\n/\n\ncontent-type:{headers['content-type']}\nhost:{headers['host']}\n\n"
        f"content-type;host\n{hashlib.sha256(request.body).hexdigest()}"
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{headers['x-tc-timestamp']}\n{day}/sms/tc3_request\n{hashed}"
    day_key = hmac.new(f"TC3{SECRET}".encode(), day.encode(), "sha256").digest()
    service_key = hmac.new(day_key, b"sms", "sha256").digest()
    key = hmac.new(service_key, b"tc3_request", "sha256").digest()
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    assert headers["authorization"] == (
        f"TC3-HMAC-SHA256 Credential={KEY_ID}/{day}/sms/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )


def call_error(code: str) -> dict:
    error = {"Code": code, "Message": f"{PHONE} {CODE} {SECRET}"}
    return {"Response": {"Error": error, "RequestId": REQUEST_ID}}


def number_error(code: str) -> dict:
    status = {"Code": code, "Message": f"limit of +86{PHONE}", "PhoneNumber": f"+86{PHONE}"}
    return {"Response": {"SendStatusSet": [status], "RequestId": REQUEST_ID}}


def aliyun_error(code: object) -> dict:
    return {"Code": code, "Message": f"{PHONE} {CODE} {SECRET}", "RequestId": REQUEST_ID}


@pytest.mark.parametrize(
    ("sender", "answer", "label", "sent"),
    [
        (aliyun_sender, aliyun_error("isp.SYSTEM_ERROR"), "isp.SYSTEM_ERROR", False),
        (aliyun_sender, aliyun_error("isp.GATEWAY_ERROR"), "isp.GATEWAY_ERROR", True),
        (aliyun_sender, aliyun_error("Throttling.User"), "Throttling.User", False),
        (aliyun_sender, aliyun_error("isv.BUSINESS_LIMIT_CONTROL"), "isv.BUSINESS_LIMIT", False),
        (aliyun_sender, aliyun_error("isv.AMOUNT_NOT_ENOUGH"), "isv.AMOUNT_NOT_ENOUGH", False),
        (aliyun_sender, aliyun_error(PHONE), "no readable error code", True),
        (aliyun_sender, aliyun_error(None), "no readable error code", True),
        (aliyun_sender, {}, "no readable error code", True),
        (tencent_sender, call_error("AuthFailure.SecretIdNotFound"), "AuthFailure.Secret", False),
        (tencent_sender, call_error("RequestLimitExceeded"), "RequestLimitExceeded", False),
        (tencent_sender, call_error("InternalError.Timeout"), "InternalError.Timeout", True),
        (
            tencent_sender,
            number_error("LimitExceeded.PhoneNumberDailyLimit"),
            "PhoneNumberDailyLimit",
            False,
        ),
        (tencent_sender, {"Response": {"SendStatusSet": []}}, "no readable error code", True),
        (tencent_sender, {"Response": {"SendStatusSet": ["Ok"]}}, "no readable error code", True),
        (tencent_sender, {"Response": "Ok"}, "no readable error code", True),
        (tencent_sender, {"Code": "OK"}, "no readable error code", True),
    ],
)
def test_a_refusal_is_told_without_a_number_or_secret(vendor, sender, answer, label, sent):
    vendor.will_answer(answer)
    with pytest.raises(SmsError, match=re.escape(label)) as caught:
        sender(vendor.endpoint).send_code(PHONE, CODE)
    assert caught.value.sent is sent
    for private in (PHONE, CODE, SECRET):
        assert private not in str(caught.value)


@pytest.mark.parametrize("sender", [aliyun_sender, tencent_sender])
def test_a_lost_answer_may_have_sent_the_message(vendor, sender, monkeypatch):
    monkeypatch.setattr("points_app.clients.sms.base.TIMEOUT", 0.1)
    vendor.will_answer(None)
    with pytest.raises(SmsError, match="no answer") as caught:
        sender(vendor.endpoint).send_code(PHONE, CODE)
    assert caught.value.sent


@pytest.mark.parametrize("sender", [aliyun_sender, tencent_sender])
def test_an_unreachable_vendor_has_sent_nothing(deaf_endpoint, sender):
    with pytest.raises(SmsError, match="cannot connect") as caught:
        sender(deaf_endpoint).send_code(PHONE, CODE)
    assert not caught.value.sent


@pytest.mark.parametrize("sender", [aliyun_sender, tencent_sender])
def test_a_sender_does_not_show_its_secret(sender):
    assert SECRET not in repr(sender("https://localhost"))


def test_the_console_shows_the_code_and_hides_the_number(capsys):
    ConsoleSms().send_code(PHONE, CODE)
    captured = capsys.readouterr()
    assert captured.err == f"SMS code for 138****8000: {CODE}\n"
    assert captured.out == ""


def settings(**values: str) -> Settings:
    return Settings(
        database_url="sqlite://",
        redis_url="redis://localhost",
        jwt_secret="a",
        jwt_refresh_secret="b",
        encryption_key="0" * 64,
        **values,
    )


def test_the_settings_choose_the_sender():
    assert isinstance(make_sms_sender(settings()), ConsoleSms)
    keys = {
        "sms_access_key_id": KEY_ID,
        "sms_access_key_secret": SECRET,
        "sms_sign_name": "积分商城",
        "sms_template_code": "7",
        "sms_sdk_app_id": "14",
    }
    sender = make_sms_sender(settings(sms_provider="aliyun", **keys))
    assert sender == AliyunSms(KEY_ID, SECRET, "积分商城", "7", "https://dysmsapi.aliyuncs.com")
    sender = make_sms_sender(settings(sms_provider="tencent", sms_region="ap-beijing", **keys))
    assert sender == TencentSms(
        KEY_ID, SECRET, "14", "积分商城", "7", "ap-beijing", "https://sms.tencentcloudapi.com"
    )
