"""Every endpoint there is: who may enter, and that bad requests end at the door."""

import re

import pytest

from points_app.http import AREAS
from points_app.http.access import Access

OPERATIONS = [operation for area in AREAS for operation in area.operations.values()]
PREFIXES = {id(each): area.prefix for area in AREAS for each in area.operations.values()}


def path_of(operation):
    """A path that matches the rule, of things that do not exist."""
    return PREFIXES[id(operation)] + re.sub(r"<(int:)?[a-z_]+>", "999999", operation.rule)


def knock(client, operation, **options):
    return client.send(operation.method, path_of(operation), **options)


def named(operations):
    return [pytest.param(each, id=f"{each.method} {path_of(each)}") for each in operations]


WITH_A_ROLE = (Access.MERCHANT, Access.REVIEWER, Access.ADMIN)
closed = [each for each in OPERATIONS if each.access in (Access.GUEST, *WITH_A_ROLE)]
roles = [each for each in OPERATIONS if each.access in WITH_A_ROLE]
with_body = [each for each in OPERATIONS if each.body is not None]


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_API_IP": "1000", "RATE_LIMIT_DRAW": "1000"}


# The door comes before the body and before the thing that is asked for, which are not there here.
# Who gets in with a request that is in order: tests/security/test_matrix.py.


def test_nobody_enters_without_a_good_token(anonymous):
    for operation in closed:
        refused = knock(anonymous, operation)
        shown = (refused.status, refused.code, refused.msg)
        assert shown == (200, 2001, "访问令牌不能为空"), path_of(operation)
        for token in ("Bearer x", "Bearer ", "Basic eDp5", "x"):
            refused = knock(anonymous, operation, headers={"Authorization": token})
            assert refused.code in (2001, 2002), (path_of(operation), token)


def test_roles(make):
    guest, merchant, admin = make.guest(), make.merchant(), make.admin()
    refusals = {
        Access.MERCHANT: (7001, guest, admin),
        Access.REVIEWER: (7001, guest),
        Access.ADMIN: (7005, guest, merchant),
    }
    for operation in roles:
        code, *callers = refusals[operation.access]
        answers = [knock(caller, operation).code for caller in callers]
        assert answers == [code] * len(callers), path_of(operation)


class TestBodies:
    @pytest.fixture
    def clients(self, make, anonymous):
        return {
            Access.PUBLIC: anonymous,
            Access.OPTIONAL: anonymous,
            Access.GUEST: make.guest(),
            Access.MERCHANT: make.merchant(),
            Access.REVIEWER: make.merchant(),
            Access.ADMIN: make.admin(),
        }

    @pytest.mark.parametrize("operation", named(with_body))
    def test_what_is_no_json_object(self, clients, operation):
        for body in (b"{", b"[]", b'"x"', b"1", b"null", b"\xff", b'{"a": NaN}', b"{" * 50_000):
            answer = knock(clients[operation.access], operation, data=body)
            assert (answer.status, answer.code) == (200, 9001), body[:20]

    @pytest.mark.parametrize("operation", named(with_body))
    def test_what_is_too_large_or_too_deep(self, clients, operation):
        client = clients[operation.access]
        large = knock(client, operation, data=b'{"x": "' + b"y" * 70_000 + b'"}')
        assert (large.status, large.code) == (413, 9413)
        deep = b'{"x":' + b"[" * 40 + b"]" * 40 + b"}"
        assert knock(client, operation, data=deep).code == 9001


class TestElsewhere:
    def test_unknown_paths(self, anonymous):
        answer = anonymous.get("/api/nothing")
        assert (answer.status, answer.code, answer.msg) == (404, 9404, "接口不存在")

    def test_wrong_methods(self, anonymous):
        answer = anonymous.get("/api/auth/login")
        assert (answer.status, answer.code, answer.msg) == (405, 9405, "请求方法不支持")
        assert "POST" in answer.headers["Allow"]

    @pytest.mark.parametrize("given", ["abc-123", "x" * 128])
    def test_the_request_id_is_echoed(self, anonymous, given):
        answer = anonymous.get("/api/nothing", headers={"X-Request-ID": given})
        assert answer.headers["X-Request-ID"] == given

    @pytest.mark.parametrize("given", ["", "a b", "x" * 129, "中"])
    def test_a_request_id_is_made_where_none_is_good(self, anonymous, given):
        answer = anonymous.get("/api/nothing", headers={"X-Request-ID": given})
        assert re.fullmatch(r"[0-9A-Z]{26}", answer.headers["X-Request-ID"])
