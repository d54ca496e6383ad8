"""Aliyun SMS, ``SendSms`` of Dysmsapi 2017-05-25.

Our own client: the official SDK brings 29 packages (an asynchronous HTTP stack and a scheduler
among them) for one signed request.
"""

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from points_app import addresses
from points_app.clients.sms.base import IMPOSSIBLE_PHONE, SmsError, call_vendor, may_have_left
from points_app.clients.transport import vendor_label

ENDPOINT = "https://dysmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"
# Something failed further inside, before or after the message was made; every other code that can
# be read is a refusal, isp.SYSTEM_ERROR among them: the platform's own, before any message.
_UNCLEAR = re.compile(r"InternalError|isp\.(?!SYSTEM_ERROR)")
# Said of a number only after the signature was found right.
_NUMBER_REFUSED = ("isv.MOBILE_NUMBER_ILLEGAL",)


def canonical_query(parameters: Mapping[str, str]) -> str:
    """The query as Aliyun signs it: sorted by name, percent-encoded by RFC 3986."""
    pairs = sorted(parameters.items())
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def authorization(
    access_key_id: str, access_key_secret: str, query: str, headers: Mapping[str, str]
) -> str:
    """The Authorization header of a POST to ``/``.

    ``query`` is canonical already; ``headers`` are those to sign, named in lower case, with the
    body's hash under ``x-acs-content-sha256``. Source: help.aliyun.com/document_detail/2593177.html
    """
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    signed = ";".join(names)
    canonical = "\n".join(("POST", "/", query, lines, signed, headers["x-acs-content-sha256"]))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(access_key_secret.encode(), to_sign.encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={signed},Signature={signature}"


@dataclass(frozen=True)
class AliyunSms:
    """Sends by a template whose only variable is ``code``. Safe to share between threads."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    sign_name: str
    template_code: str
    endpoint: str = ENDPOINT

    def __post_init__(self) -> None:
        addresses.endpoint(self.endpoint)

    def send_code(self, phone: str, code: str) -> None:
        """Send ``code`` to ``phone`` (11 digits). Raises SmsError."""
        self._ask(phone, code, accepted=("OK",))

    def check(self) -> None:
        """Whether the credentials are accepted; nothing is sent. Raises SmsError."""
        self._ask(IMPOSSIBLE_PHONE, "000000", accepted=("OK", *_NUMBER_REFUSED))

    def _ask(self, phone: str, code: str, accepted: tuple[str, ...]) -> None:
        query = canonical_query(
            {
                "PhoneNumbers": phone,
                "SignName": self.sign_name,
                "TemplateCode": self.template_code,
                "TemplateParam": json.dumps({"code": code}),
            }
        )
        answer = call_vendor(
            "Aliyun SMS", addresses.endpoint(self.endpoint), f"/?{query}", self._headers(query), b""
        )
        result = answer.get("Code")
        if result not in accepted:
            raise SmsError(
                f"Aliyun SMS: {vendor_label(result, answer.get('RequestId'))}",
                sent=may_have_left(result, _UNCLEAR),
            )

    def _headers(self, query: str) -> dict[str, str]:
        signed = {
            "host": addresses.endpoint(self.endpoint).netloc,
            "x-acs-action": "SendSms",
            "x-acs-version": "2017-05-25",
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        value = authorization(self.access_key_id, self.access_key_secret, query, signed)
        return {**signed, "Authorization": value}
