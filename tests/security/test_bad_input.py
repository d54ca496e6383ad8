"""Each awkward value in each field of each endpoint: never a failure of ours, never an effect.

The endpoints and their fields come from the declarations; a new one is tried without being named.
"""

import json
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import AliasChoices
from werkzeug.datastructures import MultiDict

from points_app.extensions import limiter
from points_app.http import AREAS
from points_app.http.access import Access
from points_app.http.api import Operation
from tests.security import awkward
from tests.security.effects import money, points, state
from tests.security.matrix import ROWS

OPERATIONS = {
    f"{each.method} {area.prefix}{each.rule}": each
    for area in AREAS
    for each in area.operations.values()
}
PLACE = "the-awkward-value"
NOWHERE = {"review_id": 999_999, "victim": 999_999, "product_id": 999_999, "pickup_code": "X"}
# Here a text is a name like any other, so the request may succeed; it moves no points and no stock.
TEXT_IS_WELCOME = {
    "PUT /api/user/info",
    "POST /api/auth/bind-device",
    "POST /api/auth/logout",
    "POST /api/merchant/apply",
    "POST /api/merchant/auth",
    "POST /api/merchant/products",
    "POST /api/merchant/batch-review",  # succeeds, and says which of its reviews did not
    "PUT /api/merchant/prizes",
    "PUT /api/admin/settings",
    "POST /api/monitoring/performance",
    "POST /api/monitoring/errors",
}

# A product may be added with any number of pieces; that somebody looked at accounts is recorded.
WATCHES = {"POST /api/merchant/products": points, "GET /api/admin/users": money}


@pytest.fixture
def settings_override():
    return dict.fromkeys(("RATE_LIMIT_API", "RATE_LIMIT_API_IP", "RATE_LIMIT_DRAW"), "10000000")


@pytest.fixture
def caller(app, make, monkeypatch):
    """Somebody who may use every endpoint, has no points, and is not slowed down."""
    monkeypatch.setattr(limiter, "enabled", False)
    return make.guest(points=0, is_merchant=True, is_admin=True)


def fields(model: Any) -> list[str]:
    """Every name under which a model takes a value."""
    names = []
    for name, field in (model.model_fields if model else {}).items():
        alias = field.validation_alias
        names += [*map(str, alias.choices)] if isinstance(alias, AliasChoices) else [name]
    return names


class Attack:
    """Sends one endpoint's awkward requests and watches what comes of them."""

    def __init__(self, app: Any, caller: Any, name: str, renew: Any = None) -> None:
        self.renew = renew if name == "POST /api/auth/logout" else None
        self.app, self.client, self.name = app, app.test_client(), name
        self.operation: Operation = OPERATIONS[name]
        self.headers = {"Prefer": "respond-async"}
        if self.operation.access not in (Access.PUBLIC, Access.REFRESH):
            self.headers["Authorization"] = f"Bearer {caller.token}"
        self.watch = WATCHES.get(name) or (money if name in TEXT_IS_WELCOME else state)
        self.tried = 0

    def send(self, path: str, what: Any, **request: Any) -> None:
        if self.renew:  # the last request ended the session
            self.headers["Authorization"] = f"Bearer {self.renew()}"
        answer = self.client.open(
            path, method=self.operation.method, headers=self.headers, **request
        )
        self.tried += 1
        assert answer.status_code < 500, (self.name, what, answer.data)
        envelope = answer.get_json()
        assert set(envelope) == {"code", "msg", "data"}, (self.name, what)
        if self.name not in TEXT_IS_WELCOME and self.operation.method != "GET":
            assert envelope["code"] != 0, f"{self.name} took {what}"

    def path(self, parameter: str = "", value: str = "") -> str:
        words = []
        for word in self.name.partition(" ")[2].split("/"):
            name = word.strip("<>").rpartition(":")[2]
            if word.startswith("<"):
                word = value if name == parameter else "999999"
            words.append(word)
        return "/".join(words)

    def base_body(self) -> dict[str, Any]:
        """A body that fits and asks for something that is not there."""
        known = {name.replace("int:", ""): row for name, row in ROWS.items()}
        row = known.get(self.name.replace("int:", ""))
        body = dict((row and row.body) or {})
        for key, value in body.items():
            body[key] = NOWHERE.get(value, value) if isinstance(value, str) else value
        return body

    def each_field(self, model: Any) -> None:
        for name in fields(model):
            body = {**self.base_body(), name: PLACE}
            for value in awkward.JSON_VALUES:
                text = json.dumps(body).replace(f'"{PLACE}"', value)
                raw = text.encode("utf-8", "surrogatepass")
                self.send(self.path(), (name, value[:60]), data=raw)
            self.forget_limits()

    def forget_limits(self) -> None:
        self.app.extensions["parts"].redis.flushdb()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_endpoint(app, caller, make, name):
    attack = Attack(app, caller, name, renew=lambda: make.session_of(caller.user_id))
    before = attack.watch(app)
    if attack.operation.body:
        attack.each_field(attack.operation.body)
        for body in awkward.BODIES:
            attack.send(attack.path(), body[:40], data=body)
        attack.forget_limits()
    for field in fields(attack.operation.query):
        for value in awkward.QUERY_VALUES:
            query = f"?{field}={quote(value, errors='surrogatepass')}"
            attack.send(attack.path() + query[:3900], (field, value[:60]))
        attack.send(f"{attack.path()}?{field}=%FF%C0%AF", (field, "broken UTF-8"))
        attack.send(f"{attack.path()}?{field}=1&{field}=2&{field}[]=3", (field, "repeated"))
    for field in fields(attack.operation.form):
        for value in awkward.QUERY_VALUES:
            form = MultiDict({field: value})
            attack.send(attack.path(), (field, value[:60]), data=form)
    for parameter in attack.operation.rule.split("<")[1:]:
        name_only = parameter.partition(">")[0].rpartition(":")[2]
        for value in awkward.PATH_VALUES:
            attack.send(attack.path(name_only, value), (name_only, value[:60]))
    assert attack.watch(app) == before


@pytest.mark.parametrize("header", sorted(awkward.HEADERS))
def test_every_header(app, caller, header):
    """On a request that charges points, one that shows them, and one with a body of its own."""
    before = state(app)
    for value in awkward.HEADERS[header]:
        for name in ("POST /api/lottery/draw", "GET /api/points/records", "POST /api/photo/upload"):
            attack = Attack(app, caller, name)
            attack.headers = {**attack.headers, header: value}
            body = b"{}" if name.startswith("POST") else b""
            attack.send(attack.path(), (header, value[:60]), data=body)
    assert state(app) == before


def test_a_refusal_repeats_nothing_of_what_was_sent(app, caller):
    """What comes back names the field, never the value: no reflected script, no secret."""
    for name in ("POST /api/auth/login", "POST /api/exchange/redeem", "PUT /api/user/info"):
        for field in fields(OPERATIONS[name].body):
            headers = {"Authorization": f"Bearer {caller.token}"}
            body = {field: {"<script>": "hunter2-secret"}}
            method, _, path = name.partition(" ")
            answer = app.test_client().open(path, method=method, headers=headers, json=body)
            assert b"hunter2" not in answer.data and b"<script>" not in answer.data
