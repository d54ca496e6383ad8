"""Stand-ins for the outside world, nothing else is faked."""

from dataclasses import replace
from typing import Self

from flask import Flask

from devstack.ports import free_port
from points_app.clients.redis import make_redis
from points_app.clients.sms.base import SmsError
from points_app.extensions import Parts
from points_app.notices.publisher import Publisher


class RecordingSms:
    """Keeps the codes instead of sending them; refuses while `broken`."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.broken = False
        self.late = False

    @classmethod
    def installed_in(cls, parts: Parts) -> Parts:
        return replace(parts, sms=cls())

    def send_code(self, phone: str, code: str) -> None:
        if self.broken:
            raise SmsError("the provider refused", sent=False)
        self.codes[phone] = code
        if self.late:
            raise SmsError("no answer (TimeoutError)", sent=True)

    def check(self) -> None:
        if self.broken:
            raise SmsError("SignatureDoesNotMatch", sent=False)

    def last(self, phone: str) -> str:
        return self.codes[phone]

    def __enter__(self) -> Self:
        self.broken = True
        return self

    def __exit__(self, *_: object) -> None:
        self.broken = False


def cut_off_from_redis(app: Flask) -> None:
    """From now on this app, and no other, finds nobody where its Redis should be."""
    unreachable = make_redis(f"redis://127.0.0.1:{free_port()}/0")
    app.extensions["parts"] = replace(app.extensions["parts"], redis=unreachable)
    app.extensions["publisher"] = Publisher(unreachable)
