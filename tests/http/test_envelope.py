"""What every endpoint has in common, whatever it is about."""

import re

import pytest
from redis import RedisError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from points_app.clients.storage.base import StorageError
from points_app.database.errors import TryAgain
from points_app.errors.base import SystemFailure
from points_app.http import AREAS
from points_app.http.api import Access

SECRET = "SELECT mobile FROM users WHERE mobile = '13800000000'"
OPERATIONS = [
    pytest.param(area, operation, id=f"{operation.method} {area.prefix}{operation.rule}")
    for area in AREAS
    for operation in area.operations.values()
]


@pytest.fixture
def broken(monkeypatch, anonymous, make):
    """Calls an endpoint whose work ends in an error of this kind."""

    def call(area, operation, error):
        def fail(**_):
            raise error

        for part, value in {"view": fail, "body": None, "query": None, "form": None}.items():
            monkeypatch.setitem(vars(operation), part, value)
        reviewer = {Access.MERCHANT: make.merchant, Access.REVIEWER: make.merchant}
        client = {**reviewer, Access.ADMIN: make.admin}.get(operation.access, make.guest)()
        path = area.prefix + re.sub(r"<(int:)?\w+>", "1", operation.rule)
        return client.send(operation.method, path)

    return call


@pytest.mark.parametrize(("area", "operation"), OPERATIONS)
def test_an_unexpected_failure_tells_nothing_but_its_area(broken, area, operation):
    failure = operation.failure or SystemFailure
    answer = broken(area, operation, RuntimeError(SECRET))
    assert (answer.status, answer.code, answer.msg) == (500, failure.code, failure.message)
    assert answer.data is None


@pytest.mark.parametrize("error", [RedisError, PoolTimeout, StorageError, TryAgain])
@pytest.mark.parametrize(("area", "operation"), OPERATIONS[::5])
def test_what_is_down_is_503_with_the_areas_code(broken, area, operation, error):
    answer = broken(area, operation, error(SECRET))
    code = operation.failure.code if operation.failure else 9503
    assert (answer.status, answer.code, answer.msg) == (503, code, "服务暂不可用")
    assert answer.data is None and int(answer.headers["Retry-After"]) >= 1


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
