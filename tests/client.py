"""A client that speaks the envelope and checks every answer against the API description."""

from typing import Any

from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from points_app.http.openapi.requests import openapi_path
from tests.description import check_answer


class Answer:
    """One answer: status, headers, and the envelope's parts."""

    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.data
        envelope = response.get_json()
        assert set(envelope) == {"code", "msg", "data"}, envelope
        self.code: int = envelope["code"]
        self.msg: str = envelope["msg"]
        self.data: Any = envelope["data"]

    def ok(self) -> Any:
        """The data of a success."""
        assert (self.status, self.code, self.msg) == (200, 0, "success"), self
        return self.data

    def __repr__(self) -> str:
        return f"<{self.status} {self.code} {self.msg} {self.data}>"


class ApiClient:
    """Sends requests as one caller, or as nobody."""

    def __init__(self, app: Flask, token: str | None = None, user_id: int = 0) -> None:
        self.app = app
        self.token = token
        self.user_id = user_id

    def get(self, path: str, **options: Any) -> Answer:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("PUT", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.send("DELETE", path, **options)

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> Answer:
        sent = dict(headers or {})
        if self.token and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.token}"
        if options.get("json") is None:
            options.pop("json", None)
        response = self.app.test_client().open(path, method=method, headers=sent, **options)
        answer = Answer(response)
        if response.request.path.startswith("/api/"):
            self._check(method, response.request.path, answer)
        return answer

    def _check(self, method: str, path: str, answer: Answer) -> None:
        """Every answer is one that its endpoint's description has."""
        assert answer.headers["X-Request-ID"]
        if method == "OPTIONS":
            return
        try:
            rule, _ = self.app.url_map.bind("localhost").match(path, method, return_rule=True)
        except (NotFound, MethodNotAllowed):
            assert answer.code in (9404, 9405), answer
            return
        envelope = {"code": answer.code, "msg": answer.msg, "data": answer.data}
        check_answer(openapi_path(rule.rule), method, answer.status, answer.headers, envelope)
