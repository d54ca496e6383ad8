"""The authorisation matrix: every route of the URL map, tried by everybody."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from points_app.database.session import db
from points_app.models.accounts import MerchantApplication
from points_app.models.exchange import Order
from points_app.models.lottery import Draw
from points_app.models.receipts import Receipt
from points_app.services.accounts import administration
from tests.client import ApiClient
from tests.receipts_in import blank, hand_in
from tests.security.effects import routes, state
from tests.security.matrix import ROWS, Door

INSIDE = {
    Door.GUEST: {"owner", "other", "merchant", "admin"},
    Door.MERCHANT: {"merchant"},
    Door.REVIEWER: {"merchant", "admin"},
    Door.ADMIN: {"admin"},
}
ROLE_CODES = {Door.MERCHANT: 7001, Door.REVIEWER: 7001, Door.ADMIN: 7005}
REFUSALS = {2000, 2001, 2002, 1005, 7001, 7005}
# The owner last: what the others try is then still there.
CALLERS = ("anonymous", "banned", "other", "merchant", "admin", "owner")


@pytest.fixture
def settings_override():
    return dict.fromkeys(("RATE_LIMIT_API", "RATE_LIMIT_API_IP", "RATE_LIMIT_DRAW"), "100000")


def test_every_route_has_a_row_and_every_row_a_route(app):
    found = routes(app).keys()
    assert found == ROWS.keys(), "keep tests/security/matrix.py in step"


class World:
    """The callers, and one of everything for them to ask for."""

    def __init__(self, app: Any, make: Any) -> None:
        self.app = app
        self.callers = {
            "anonymous": ApiClient(app),
            "banned": make.guest(),
            "other": make.guest(),
            "merchant": make.merchant(),
            "admin": make.admin(),
            "owner": make.guest(),
        }
        owner, victim = self.callers["owner"], make.guest()
        self.things: dict[str, Any] = {"product_id": make.product(), "victim": victim.user_id}
        self.things["user_id"] = victim.user_id
        order = {"commodity_id": self.things["product_id"]}
        self.things["order_id"] = owner.post("/api/exchange/redeem", order).ok()["order_id"]
        owner.post("/api/lottery/draw", {}).ok()
        self.things["upload_id"] = hand_in(owner, "9.00")
        with app.app_context():
            self._look_up(owner.user_id)
            administration.ban(
                self.callers["admin"].user_id, self.callers["banned"].user_id, "作弊"
            )
        self.things |= {
            "name": "0" * 32,
            "filename": "none.js",
            "object_key": "receipts/2026/01/UP0.jpg",
        }

    def _look_up(self, owner_id: int) -> None:
        order = db.session.scalar(select(Order))
        self.things["pickup_code"] = order.pickup_code
        self.things["record_id"] = db.session.scalar(select(Draw.id))
        self.things["review_id"] = db.session.scalar(select(Receipt.review_id))
        application = MerchantApplication(
            application_id="MA01", user_id=owner_id, pending_user_id=owner_id
        )
        application.business_name = application.contact_person = "店"
        vault = self.app.extensions["parts"].vault
        application.contact_phone = vault.seal("13799990000", application.phone_row)
        db.session.add(application)
        db.session.commit()
        self.things["application_id"] = application.application_id

    def ask(self, caller: str, name: str) -> Any:
        """(status, code or None, headers) of the row's request by this caller."""
        row = ROWS[name]
        method, _, path = name.partition(" ")
        for parameter, value in self.things.items():
            path = path.replace(f"<{parameter}>", str(value))
        assert "<" not in path, f"the matrix has no {path}"
        options: dict[str, Any] = {}
        if row.form:
            content = row.form["file"] or blank(self._shade())
            options["data"] = {"file": (io.BytesIO(content), "a.jpg")}
        elif row.body is not None:
            options["json"] = self._filled(row.body)
        client = self.callers[caller]
        headers = {"Prefer": "respond-async"}
        if client.token:
            headers["Authorization"] = f"Bearer {client.token}"
        sender = self.app.test_client()
        return sender.open(
            path + row.query, method=method, headers=headers, buffered=True, **options
        )

    def _shade(self) -> int:
        self.shade = getattr(self, "shade", 0) + 9
        return self.shade

    def _filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {key: self._filled(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self._filled(value) for value in body]
        return self.things.get(body, body) if isinstance(body, str) else body


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_door(app, make, name):
    row, world = ROWS[name], World(app, make)
    seen = {}
    for caller in CALLERS:
        before = state(app)
        answer = world.ask(caller, name)
        assert answer.status_code < 500, (caller, answer.data)
        code = (answer.get_json(silent=True) or {}).get("code")
        expected = _refusal(row, caller)
        if expected is not None:
            assert (answer.status_code, code) == (200, expected), (caller, answer.data)
            assert state(app) == before, f"{caller} was refused, and changed something"
        elif row.door is not Door.OPEN:
            assert code not in REFUSALS, (caller, answer.data)
        seen[caller] = answer.status_code, code
    if row.door is Door.OPEN and "/api/" not in name:
        assert len(set(seen.values())) == 1, seen


def _refusal(row: Any, caller: str) -> int | None:
    """The code with which the door refuses this caller; None when it lets them in."""
    if row.door is Door.OPEN:
        return None
    if row.door is Door.REFRESH:  # an access token is no refresh token, whoever's it is
        return 2001 if caller == "anonymous" else 2000
    if caller == "anonymous":
        return 2001
    if caller == "banned":
        return 1005
    if caller not in INSIDE[row.door]:
        return ROLE_CODES[row.door]
    return row.others if row.others and caller != "owner" else None
