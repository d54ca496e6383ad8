"""What every SMS sender is, and how one fails."""

import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import SplitResult

from points_app.clients.transport import TransportError, is_vendor_code, post_json

TIMEOUT = 5.0
IMPOSSIBLE_PHONE = "10000000000"


class SmsError(Exception):
    """A code was not sent, as far as is known. The text never holds the phone number, the code or a
    key.

    ``sent``: the message may be on its way all the same. So it is after a lost or unreadable
    answer and an inner error of the vendor; a refusal that names its reason came before that.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class SmsSender(Protocol):
    """Sends one verification code to one mainland mobile number."""

    def send_code(self, phone: str, code: str) -> None:
        """Send ``code`` to ``phone`` (11 digits, no country code). Raises SmsError."""
        ...

    def check(self) -> None:
        """Have the vendor check our credentials without sending anything. Raises SmsError.

        Asks to send to a number that cannot exist: it is refused for its number when the
        credentials are right, and for them when they are not.
        """
        ...


def may_have_left(code: object, unclear: re.Pattern[str]) -> bool:
    """Whether a message may be on its way after an answer with this error code: one that is none,
    or begins as `unclear` says."""
    if not isinstance(code, str) or not is_vendor_code(code):
        return True
    return unclear.match(code) is not None


def call_vendor(
    vendor: str, endpoint: SplitResult, target: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Make the vendor's call and return its JSON object. Raises SmsError."""
    try:
        return post_json(endpoint, target, headers=headers, body=body, timeout=TIMEOUT)
    except TransportError as error:
        raise SmsError(f"{vendor}: {error}", sent=error.sent) from None
