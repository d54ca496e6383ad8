"""What every SMS sender is, and how one fails."""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import SplitResult

from points_app.clients.transport import TransportError, post_json

TIMEOUT = 5.0
IMPOSSIBLE_PHONE = "10000000000"


class SmsError(Exception):
    """A code was not sent. The text never holds the phone number, the code or a key.

    ``retryable``: nothing was sent, and the same call may succeed later. A lost answer is not
    retryable: neither vendor knows idempotent sends, so the message may be on its way.
    """

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


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


def call_vendor(
    vendor: str, endpoint: SplitResult, target: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Make the vendor's call and return its JSON object. Raises SmsError."""
    try:
        return post_json(endpoint, target, headers=headers, body=body, timeout=TIMEOUT)
    except TransportError as error:
        raise SmsError(f"{vendor}: {error}", retryable=not error.sent) from None
