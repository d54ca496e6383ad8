"""The server as a client sees it: the envelope over HTTP, and a door to its notices."""

import json
from typing import Any

import urllib3

from demo.live import Live, Refused
from demo.narrator import Differs, expect

TIMEOUT = urllib3.Timeout(connect=3, read=40)


class Api:
    """Requests of one caller; `token` is the bearer token, None for nobody."""

    def __init__(self, url: str, ws: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.ws = ws.rstrip("/")
        self.token = token
        self._http = urllib3.PoolManager(timeout=TIMEOUT, retries=False)

    def as_caller(self, token: str) -> "Api":
        """The same server for the holder of `token`."""
        return Api(self.url, self.ws, token)

    def get(self, path: str, **options: Any) -> Any:
        """The data of a GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: dict[str, Any] | None = None, **options: Any) -> Any:
        """The data of a POST with a JSON body."""
        return self.call("POST", path, json=body or {}, **options)

    def call(self, method: str, path: str, *, code: int = 0, status: int = 200, **sent: Any) -> Any:
        """The envelope's data. Raises Differs for another code or HTTP status than these."""
        response = self.raw(method, path, **sent)
        try:
            envelope = json.loads(response.data)
            answer = (response.status, envelope["code"])
        except (ValueError, KeyError, TypeError):
            raise Differs(f"{method} {path}: no envelope in HTTP {response.status}") from None
        if answer != (status, code):
            raise Differs(
                f"{method} {path}: expected HTTP {status} code {code}, got HTTP {response.status} "
                f"{response.data.decode()} (request {response.headers.get('X-Request-ID')})"
            )
        return envelope["data"]

    def raw(
        self, method: str, path: str, headers: dict[str, str] | None = None, **sent: Any
    ) -> urllib3.BaseHTTPResponse:
        """The HTTP response; `path` may be a whole URL. Raises Differs without one."""
        sent_headers = dict(headers or {})
        if self.token:
            sent_headers["Authorization"] = f"Bearer {self.token}"
        url = path if "://" in path else self.url + path
        try:
            return self._http.request(method, url, headers=sent_headers, **sent)
        except urllib3.exceptions.HTTPError as error:
            raise Differs(f"{method} {url}: no answer ({error})") from None

    def listen(self, path: str = "/ws") -> Live:
        """A WebSocket of this caller. Raises Differs when none opens."""
        try:
            return Live(f"{self.ws}{path}?token={self.token}")
        except (Refused, OSError) as error:
            raise Differs(f"no WebSocket at {self.ws}{path}: {error}") from None

    def expect_no_socket(self, token: str) -> None:
        """Raises Differs unless a WebSocket with this token is refused before it is one."""
        try:
            with Live(f"{self.ws}/ws?token={token}"):
                raise Differs("a WebSocket opened that should have been refused")
        except Refused as refusal:
            expect("HTTP status of the refused WebSocket", refusal.status, 401)
