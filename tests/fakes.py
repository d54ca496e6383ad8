"""Stand-ins for the outside world, nothing else is faked."""

from dataclasses import replace
from typing import Self

from points_app.clients.sms import SmsError
from points_app.extensions import Parts


class RecordingSms:
    """Keeps the codes instead of sending them; refuses while `broken`."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.broken = False

    @classmethod
    def installed_in(cls, parts: Parts) -> Parts:
        return replace(parts, sms=cls())

    def send_code(self, phone: str, code: str) -> None:
        if self.broken:
            raise SmsError("the provider refused", retryable=False)
        self.codes[phone] = code

    def check(self) -> None:
        if self.broken:
            raise SmsError("SignatureDoesNotMatch", retryable=False)

    def last(self, phone: str) -> str:
        return self.codes[phone]

    def __enter__(self) -> Self:
        self.broken = True
        return self

    def __exit__(self, *_: object) -> None:
        self.broken = False
