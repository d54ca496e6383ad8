"""Who plays: two guests and a merchant, each with a phone, a session and a WebSocket."""

import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from demo.api import Api, Live
from demo.codes import Codes
from demo.narrator import Differs, Narrator

LONGEST_WAIT = 61


@dataclass
class Person:
    """A logged-in person. `points` is what their phone shows."""

    name: str
    api: Api
    live: Live
    user_id: int
    points: int
    refresh_token: str


@dataclass
class Stage:
    """The server, the people on it, and what they hold by now."""

    narrator: Narrator
    api: Api
    codes: Codes
    sockets: ExitStack
    receipts: dict[str, Any] = field(default_factory=dict)
    mei: Person = field(init=False)
    bo: Person = field(init=False)
    merchant: Person = field(init=False)

    @property
    def everybody(self) -> tuple[Person, ...]:
        return self.mei, self.bo, self.merchant

    def enter(self, name: str, phone: str, path: str = "/ws") -> tuple[Person, dict[str, Any]]:
        """Log in by SMS code and open a WebSocket; the person and their `user_info`."""
        pair = self._log_in(phone)
        info = pair["user_info"]
        api = self.api.as_caller(pair["access_token"])
        live = self.sockets.enter_context(api.listen(path))
        live.hear("connected")
        person = Person(
            name, api, live, info["user_id"], info["total_points"], pair["refresh_token"]
        )
        return person, info

    def _log_in(self, phone: str) -> Any:
        self.codes.mark()
        self._send_code(phone)
        body = {"phone": phone, "code": self.codes.read(phone)}
        return self.api.post("/api/auth/login", body)

    def _send_code(self, phone: str) -> None:
        """A merchant who logged in less than a minute ago waits until the next code may be sent."""
        response = self.api.raw("POST", "/api/auth/send-code", json={"phone": phone})
        answer = response.json()
        if answer["code"] == 1003 and answer["data"]["retry_after"] <= LONGEST_WAIT:
            self.narrator.tell(f"waits {answer['data']['retry_after']} s for the next code")
            time.sleep(answer["data"]["retry_after"])
            answer = self.api.raw("POST", "/api/auth/send-code", json={"phone": phone}).json()
        if answer["code"] != 0:
            raise Differs(f"no login code was sent: {answer}")


def new_phone() -> str:
    """The phone of somebody who was never here."""
    return f"19{secrets.randbelow(10**9):09d}"
