"""Every endpoint there is: who may enter, and that bad requests end at the door."""

import re

import pytest

from points_app.http import AREAS
from points_app.http.api import Access

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


@pytest.mark.parametrize("operation", named(closed))
def test_nobody_enters_without_a_good_token(anonymous, operation):
    refused = knock(anonymous, operation)
    assert (refused.status, refused.code, refused.msg) == (200, 2001, "访问令牌不能为空")
    for token in ("Bearer x", "Bearer ", "Basic eDp5", "x"):
        assert knock(anonymous, operation, headers={"Authorization": token}).code in (2001, 2002)


@pytest.mark.parametrize("operation", named(roles))
def test_roles(make, operation):
    code = 7005 if operation.access is Access.ADMIN else 7001
    assert knock(make.guest(), operation).code == code
    if operation.access is Access.REVIEWER:
        return  # both roles enter; what an admin may decide: test_reviewers.py
    wrong_role = make.admin() if code == 7001 else make.merchant()
    assert knock(wrong_role, operation).code == code


class TestBodies:
    @pytest.fixture
    def settings_override(self):
        return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_DRAW": "1000"}

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
