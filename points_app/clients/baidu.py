"""Baidu OCR: reads a shopping receipt (``shopping_receipt``).

Our own client: the official SDK switches certificate checks off and sends the secret by GET.
The keys of the answer are only partly documented, so parsing is tolerant and the raw answer is
kept. Sources: ai.baidu.com/ai-doc/OCR/3kwvk8y36 (call), /dk3h7y5vr (error codes).
"""

import base64
import re
import threading
import time
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from points_app import addresses
from points_app.clients.transport import TransportError, post_json, vendor_label
from points_app.config import Settings

ENDPOINT = "https://aip.baidubce.com"
MAX_BODY_BYTES = 8 * 1024 * 1024
TOKEN_MARGIN = 300.0  # seconds: a token is renewed before it can expire under way

PAUSE = 30.0  # seconds without a call after one that failed for a while
LONG_PAUSE = 600.0  # after one that fails until a person acts

_TOKEN_REFUSED = frozenset({110, 111})
_TEMPORARY = frozenset({1, 2, 4, 18, 282000})
# No permission, 17 and 19 quota, the rest wrong keys: every further call would fail and alarm.
_STOP = frozenset({6, 14, 17, 19, 100, 110, 111})
_AMOUNT = re.compile(r"[¥$]?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})(\.\d{1,2})?\s*元?")


class BaiduError(Exception):
    """The receipt was not read. The text never holds a key, a token or the picture.

    ``retryable``: the same call may succeed later. ``stop``: no call will succeed until a person
    acts (quota, permission, keys). Neither: this picture cannot be read.
    """

    def __init__(self, message: str, *, retryable: bool = False, stop: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.stop = stop


@dataclass(frozen=True)
class BaiduReceipt:
    """What Baidu read, in the words of the slip; None where it said nothing clear.

    ``total`` is in yuan. ``receipt_time`` is date and time as printed, not parsed. ``raw`` is the
    whole answer, to be kept with the review.
    """

    total: Decimal | None
    shop_name: str | None
    receipt_number: str | None
    receipt_time: str | None
    raw: dict[str, Any]


class BaiduOcr:
    """One account. Safe to share between threads; the access token is cached until it expires."""

    def __init__(
        self, api_key: str, secret_key: str, endpoint: str = ENDPOINT, timeout: float = 10.0
    ) -> None:
        """``timeout`` is in seconds a wait. Raises ValueError for an endpoint without https."""
        self._api_key = api_key
        self._secret_key = secret_key
        self._endpoint = addresses.endpoint(endpoint)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._token = ""
        self._token_expires = 0.0
        self._paused_until = 0.0

    def receipt(self, jpeg: bytes) -> BaiduReceipt:
        """Read the receipt in ``jpeg`` (sides of 15 to 4096 px). Raises BaiduError.

        After a failure that is not this picture's it refuses at once for a while, so that a service
        which is down or closed to us does not cost every receipt its timeout.
        """
        if time.monotonic() < self._paused_until:
            raise BaiduError("Baidu OCR: paused after a failure", retryable=True)
        try:
            return self._receipt(jpeg)
        except BaiduError as error:
            if error.stop or error.retryable:
                pause = LONG_PAUSE if error.stop else PAUSE
                self._paused_until = time.monotonic() + pause
            raise

    def _receipt(self, jpeg: bytes) -> BaiduReceipt:
        body = urlencode({"image": base64.b64encode(jpeg)}).encode()
        if len(body) > MAX_BODY_BYTES:
            raise BaiduError("Baidu OCR: the picture is over 8 MB when encoded; scale it down")
        token = self._access_token(refused="")
        answer = self._read(token, body)
        if answer.get("error_code") in _TOKEN_REFUSED:
            answer = self._read(self._access_token(refused=token), body)
        if "error_code" in answer:
            raise _error(answer["error_code"])
        return parse_receipt(answer)

    def _read(self, token: str, body: bytes) -> dict[str, Any]:
        query = urlencode({"access_token": token})
        return self._post(f"/rest/2.0/ocr/v1/shopping_receipt?{query}", body)

    def _access_token(self, refused: str) -> str:
        """The cached token, or a new one when it is expiring or is the ``refused`` one.

        Holds the lock while it asks, so that threads which find it expired ask once together.
        """
        with self._lock:
            if self._token == refused or time.monotonic() >= self._token_expires:
                self._renew_token()
            return self._token

    def _renew_token(self) -> None:
        query = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self._api_key,
                "client_secret": self._secret_key,
            }
        )
        answer = self._post(f"/oauth/2.0/token?{query}", b"")
        if refusal := answer.get("error"):
            reason = (
                f"no token, check OCR_API_KEY and OCR_SECRET_KEY: {vendor_label(refusal, None)}"
            )
            raise BaiduError(f"Baidu OCR: {reason}", stop=True)
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lifetime, int):
            raise BaiduError("Baidu OCR: no access token in the answer", retryable=True)
        self._token = token
        self._token_expires = time.monotonic() + lifetime - TOKEN_MARGIN

    def _post(self, target: str, body: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            return post_json(
                self._endpoint, target, headers=headers, body=body, timeout=self._timeout
            )
        except TransportError as error:
            # Reading has no side effect: even a request that was sent may be sent again.
            raise BaiduError(f"Baidu OCR: {error}", retryable=True) from None


def make_baidu_ocr(settings: Settings) -> BaiduOcr | None:
    """The account of OCR_API_KEY and OCR_SECRET_KEY, None without one."""
    if not settings.ocr_api_key:
        return None
    return BaiduOcr(settings.ocr_api_key, settings.ocr_secret_key, settings.ocr_endpoint)


def parse_receipt(answer: dict[str, Any]) -> BaiduReceipt:
    """The facts of an answer; ``words_result`` is a list or, by other clients' account, a map.

    A picture with several receipts gives no facts: which of them counts is for a person to say.
    """
    found = answer.get("words_result")
    receipts = found if isinstance(found, list) else [found]
    fields = receipts[0] if len(receipts) == 1 and isinstance(receipts[0], dict) else {}
    amounts = {_amount(word) for word in _words(fields, "total_amount")}
    # Names beside shop_name, consumption_date and total_amount are not confirmed by any document.
    day = _first(fields, "consumption_date")
    clock = _first(fields, "consumption_time")
    return BaiduReceipt(
        total=amounts.pop() if len(amounts) == 1 else None,
        shop_name=_first(fields, "shop_name"),
        receipt_number=_first(fields, "receipt_num") or _first(fields, "receipt_id"),
        receipt_time=" ".join(part for part in (day, clock) if part) or None,
        raw=answer,
    )


def _words(fields: dict[str, Any], name: str) -> list[str]:
    """The texts of one field, ``[{"word": "…"}, …]``, in width-normalised characters."""
    entries = fields.get(name)
    words = [
        entry["word"]
        for entry in (entries if isinstance(entries, list) else [entries])
        if isinstance(entry, dict) and isinstance(entry.get("word"), str)
    ]
    return [text for word in words if (text := unicodedata.normalize("NFKC", word).strip())]


def _first(fields: dict[str, Any], name: str) -> str | None:
    return next(iter(_words(fields, name)), None)


def _amount(text: str) -> Decimal | None:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    return Decimal(match[1].replace(",", "") + (match[2] or ""))


def _error(code: object) -> BaiduError:
    if not isinstance(code, int):
        return BaiduError("Baidu OCR: an error without a code", retryable=True)
    return BaiduError(f"Baidu OCR: error {code}", retryable=code in _TEMPORARY, stop=code in _STOP)
