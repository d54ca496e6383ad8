"""Tencent Cloud SMS, ``SendSms`` of 2021-01-11.

Our own client for the same reason as Aliyun's: one signed request. It also keeps both vendors on
one transport with one rule about what may be tried again.
"""

import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from points_app import addresses
from points_app.clients.sms.base import IMPOSSIBLE_PHONE, SmsError, call_vendor, may_have_left
from points_app.clients.transport import vendor_label

ENDPOINT = "https://sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"
# Something failed inside: after InternalError.Timeout, say, the message may be on its way. Every
# other code that can be read is a refusal.
_UNCLEAR = re.compile(r"InternalError")
# Said of a number only after the signature was found right.
_NUMBER_REFUSED = ("InvalidParameterValue.IncorrectPhoneNumber",)


def signature(secret_key: str, host: str, body: bytes, timestamp: int) -> tuple[str, str]:
    """Sign a POST to ``/``; returns (credential scope, hexadecimal signature).

    ``timestamp`` is in UNIX seconds. Source: cloud.tencent.com/document/api/362/4208
    """
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    headers = f"content-type:{CONTENT_TYPE}\nhost:{host}\n"
    body_hash = hashlib.sha256(body).hexdigest()
    canonical = "\n".join(("POST", "/", "", headers, "content-type;host", body_hash))
    scope = f"{date}/sms/tc3_request"
    canonical_hash = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n{canonical_hash}"
    key = f"TC3{secret_key}".encode()
    for part in (date, "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return scope, hmac.digest(key, to_sign.encode(), "sha256").hex()


@dataclass(frozen=True)
class TencentSms:
    """Sends by a template whose only variable is the code. Safe to share between threads."""

    secret_id: str
    secret_key: str = field(repr=False)
    sdk_app_id: str
    sign_name: str
    template_id: str
    region: str = REGION
    endpoint: str = ENDPOINT

    def __post_init__(self) -> None:
        addresses.endpoint(self.endpoint)

    def send_code(self, phone: str, code: str) -> None:
        """Send ``code`` to ``phone`` (11 digits, mainland). Raises SmsError."""
        _check(self._ask(phone, code))

    def check(self) -> None:
        """Whether the credentials are accepted; nothing is sent. Raises SmsError."""
        _check(self._ask(IMPOSSIBLE_PHONE, "000000"), accepted=("Ok", *_NUMBER_REFUSED))

    def _ask(self, phone: str, code: str) -> dict[str, Any]:
        message = {
            "PhoneNumberSet": [f"+86{phone}"],
            "SmsSdkAppId": self.sdk_app_id,
            "SignName": self.sign_name,
            "TemplateId": self.template_id,
            "TemplateParamSet": [code],
        }
        body = json.dumps(message, ensure_ascii=False).encode()
        endpoint = addresses.endpoint(self.endpoint)
        headers = self._headers(endpoint.netloc, body)
        return call_vendor("Tencent SMS", endpoint, "/", headers, body)

    def _headers(self, host: str, body: bytes) -> dict[str, str]:
        timestamp = int(time.time())
        scope, signed = signature(self.secret_key, host, body, timestamp)
        return {
            "Content-Type": CONTENT_TYPE,
            "Host": host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": self.region,
            "Authorization": f"{ALGORITHM} Credential={self.secret_id}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={signed}",
        }


def _check(answer: dict[str, Any], accepted: tuple[str, ...] = ("Ok",)) -> None:
    """Raise SmsError unless both the call and its one message were accepted."""
    response = answer.get("Response")
    response = response if isinstance(response, dict) else {}
    failure = response.get("Error")
    statuses = response.get("SendStatusSet")
    if not failure and isinstance(statuses, list) and len(statuses) == 1:
        failure = statuses[0]
    code = failure.get("Code") if isinstance(failure, dict) else None
    if code not in accepted:
        raise SmsError(
            f"Tencent SMS: {vendor_label(code, response.get('RequestId'))}",
            sent=may_have_left(code, _UNCLEAR),
        )
