"""What every endpoint has in common, whatever it is about."""

import re

import pytest
from redis import RedisError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from points_app.clients.storage.base import StorageError
from points_app.database.errors import TryAgain
from points_app.errors.base import SystemFailure
from points_app.http import AREAS
from points_app.http.access import Access
from tests.description import document

SECRET = "SELECT mobile FROM users WHERE mobile = '13800000000'"
NO_INPUT = {"body": None, "query": None, "form": None}
OPERATIONS = [(area, operation) for area in AREAS for operation in area.operations.values()]


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_API_IP": "1000", "RATE_LIMIT_DRAW": "1000"}


@pytest.fixture
def broken(monkeypatch, make):
    """Calls an endpoint whose work ends in this error."""
    document()  # kept for the whole run: of endpoints that are not broken
    guest, merchant, admin = make.guest(), make.merchant(), make.admin()
    roles = {Access.MERCHANT: merchant, Access.REVIEWER: merchant, Access.ADMIN: admin}

    def call(area, operation, error):
        def fail(**_):
            raise error

        path = area.prefix + re.sub(r"<(int:)?\w+>", "1", operation.rule)
        with monkeypatch.context() as patch:
            for part, value in {**NO_INPUT, "view": fail}.items():
                patch.setitem(vars(operation), part, value)
            return roles.get(operation.access, guest).send(operation.method, path)

    return call


def test_an_unexpected_failure_tells_nothing_but_its_area(broken):
    for area, operation in OPERATIONS:
        failure = operation.failure or SystemFailure
        answer = broken(area, operation, RuntimeError(SECRET))
        shown = (answer.status, answer.code, answer.msg, answer.data)
        assert shown == (500, failure.code, failure.message, None), operation.rule


@pytest.mark.parametrize("error", [RedisError, PoolTimeout, StorageError, TryAgain])
def test_what_is_down_is_503_with_the_areas_code(broken, error):
    for area, operation in OPERATIONS[::5]:
        answer = broken(area, operation, error(SECRET))
        code = operation.failure.code if operation.failure else 9503
        shown = (answer.status, answer.code, answer.msg, answer.data)
        assert shown == (503, code, "服务暂不可用", None), operation.rule
        assert int(answer.headers["Retry-After"]) >= 1, operation.rule


def test_unknown_fields_are_ignored(make):
    guest = make.guest()
    drawn = guest.post("/api/lottery/draw", {"draw_type": "single", "colour": [1, {"a": None}]})
    assert drawn.code == 0
    assert guest.get("/api/exchange/products?page=1&colour=red").code == 0


def test_times_are_utc_with_milliseconds_and_numbers_are_numbers(make):
    guest = make.guest()
    info = guest.get("/api/auth/verify-token").ok()["user_info"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", info["created_at"])
    assert info["is_merchant"] is False and type(info["total_points"]) is int
    for prize in guest.get("/api/lottery/config").ok()["prizes"]:
        assert type(prize["probability"]) in (int, float) and type(prize["is_activity"]) is bool


@pytest.mark.parametrize("name", ["limit", "size", "page_size"])
def test_the_page_size_has_three_names(make, name):
    listed = make.guest().get(f"/api/exchange/products?{name}=7").ok()
    assert listed["pagination"]["limit"] == len(listed["products"]) == 7


class TestCors:
    ORIGIN = "https://h5.shop.example"

    @pytest.fixture
    def settings_override(self):
        return {"CORS_ORIGINS": f"{self.ORIGIN}, https://other.example"}

    def test_a_listed_origin_may_read(self, anonymous):
        answer = anonymous.get("/api/exchange/categories", headers={"Origin": self.ORIGIN})
        assert answer.headers["Access-Control-Allow-Origin"] == self.ORIGIN
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]

    def test_a_listed_origin_may_ask_first(self, app):
        asked = {"Origin": self.ORIGIN, "Access-Control-Request-Method": "POST"}
        answer = app.test_client().options("/api/lottery/draw", headers=asked)
        assert answer.status_code == 204
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]

    @pytest.mark.parametrize("origin", ["https://evil.example", f"{ORIGIN}.evil.example", "null"])
    def test_others_may_not(self, anonymous, origin):
        answer = anonymous.get("/api/exchange/categories", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_origin_is_allowed_unless_it_is_listed(anonymous):
    answer = anonymous.get(
        "/api/exchange/categories", headers={"Origin": "https://h5.shop.example"}
    )
    assert "Access-Control-Allow-Origin" not in answer.headers
