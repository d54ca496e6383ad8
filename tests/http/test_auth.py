"""Login, tokens and sessions through HTTP."""

import jwt
import pytest

from points_app.database.session import db
from points_app.extensions import parts
from points_app.models.accounts import User
from tests.books import balance, ledger
from tests.client import ApiClient
from tests.logins import PHONE, age_codes, as_caller, refresh


@pytest.mark.also_on_sqlite
def test_the_first_login_creates_the_guest_with_the_welcome_points(app, login):
    pair = login()
    guest = as_caller(app, pair)
    info = pair["user_info"]
    assert pair["expires_in"] == 7200
    assert (info["mobile"], info["nickname"]) == ("139****5678", "用户5678")
    assert (info["total_points"], info["is_merchant"]) == (1000, False)
    assert balance(guest) == 1000
    assert [(row.source, row.points) for row in ledger(guest)] == [("register", 1000)]
    age_codes(app, 120)
    assert login()["user_info"]["user_id"] == info["user_id"]
    assert balance(guest) == 1000


def test_the_number_is_nowhere_in_clear(app, login):
    login()
    with app.app_context():
        user = db.session.query(User).one()
        assert PHONE not in user.mobile and PHONE not in user.mobile_hash


@pytest.mark.also_on_sqlite
def test_claims_of_the_access_token(app, login):
    pair = login()
    settings = app.config["SETTINGS"]
    claims = jwt.decode(pair["access_token"], settings.jwt_secret, algorithms=["HS256"])
    assert claims["user_id"] == pair["user_info"]["user_id"]
    assert (claims["mobile"], claims["is_merchant"]) == ("139****5678", False)
    assert claims["exp"] - claims["iat"] == 7200
    renewal = jwt.decode(pair["refresh_token"], settings.jwt_refresh_secret, algorithms=["HS256"])
    assert renewal["user_id"] == claims["user_id"]
    assert renewal["exp"] - renewal["iat"] == 7 * 86400


@pytest.mark.parametrize(
    "phone",
    ["", "1380013800", "138001380000", "12800138000", "１３８００１３８０００", "+8613800138000"],
)
def test_numbers_that_are_none(anonymous, phone):
    answer = anonymous.post("/api/auth/send-code", {"phone": phone})
    assert (answer.status, answer.code, answer.msg) == (200, 1001, "手机号格式不正确")
    assert anonymous.post("/api/auth/login", {"phone": phone, "code": "123456"}).code == 1001


@pytest.mark.parametrize("body", [{}, {"phone": 13800138000}, {"phone": None}, {"phone": ["x"]}])
def test_missing_or_wrong_types(anonymous, body):
    answer = anonymous.post("/api/auth/send-code", body)
    assert answer.code == 9001 and answer.data["errors"][0]["field"] == "phone"


def test_bodies_that_are_no_object(anonymous):
    for body in (b"[1]", b"{", b'"x"', b'{"phone": NaN}', b'{"phone": "\\ud800"}', b"\xff"):
        answer = anonymous.send("POST", "/api/auth/login", data=body)
        assert (answer.status, answer.code) == (200, 9001)


def test_code_sent_says_when_it_expires(anonymous):
    answer = anonymous.post("/api/auth/send-code", {"phone": PHONE})
    assert answer.ok() == {"expire_time": 300, "can_resend_after": 60}


@pytest.mark.also_on_sqlite
def test_no_second_code_within_a_minute(anonymous, app):
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    answer = anonymous.post("/api/auth/send-code", {"phone": PHONE})
    assert answer.code == 1003 and 0 < answer.data["retry_after"] <= 60
    age_codes(app, 61)
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()


def test_ten_codes_a_day(anonymous, app):
    for _ in range(10):
        anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
        age_codes(app, 61)
    answer = anonymous.post("/api/auth/send-code", {"phone": PHONE})
    assert answer.code == 1003 and answer.data["retry_after"] > 0


def test_a_code_that_could_not_be_sent(anonymous, app, login):
    with app.extensions["parts"].sms:
        assert anonymous.post("/api/auth/send-code", {"phone": PHONE}).code == 1004
    login()


def test_a_code_that_surely_did_not_leave_costs_nothing(anonymous, app):
    """No wait, none of the ten of a day, and the code sent before still works."""
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    earlier = app.extensions["parts"].sms.last(PHONE)
    age_codes(app, 61)
    with app.extensions["parts"].sms:
        for _ in range(12):
            assert anonymous.post("/api/auth/send-code", {"phone": PHONE}).code == 1004
    anonymous.post("/api/auth/login", {"phone": PHONE, "code": earlier}).ok()
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()


def test_a_code_whose_answer_was_late_counts_and_works(anonymous, app):
    sms = app.extensions["parts"].sms
    sms.late = True
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    assert anonymous.post("/api/auth/send-code", {"phone": PHONE}).code == 1003
    anonymous.post("/api/auth/login", {"phone": PHONE, "code": sms.last(PHONE)}).ok()


def test_a_code_works_once(anonymous, app):
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    body = {"phone": PHONE, "code": app.extensions["parts"].sms.last(PHONE)}
    anonymous.post("/api/auth/login", body).ok()
    answer = anonymous.post("/api/auth/login", body)
    assert (answer.code, answer.msg) == (1002, "验证码错误或已过期")


def test_five_tries(anonymous, app):
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    code = app.extensions["parts"].sms.last(PHONE)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert anonymous.post("/api/auth/login", {"phone": PHONE, "code": wrong}).code == 1002
    assert anonymous.post("/api/auth/login", {"phone": PHONE, "code": code}).code == 1002


def test_a_code_expires(anonymous, app):
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    age_codes(app, 301)
    body = {"phone": PHONE, "code": app.extensions["parts"].sms.last(PHONE)}
    assert anonymous.post("/api/auth/login", body).code == 1002


def test_another_phones_code_is_useless(anonymous, app):
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    code = app.extensions["parts"].sms.last(PHONE)
    assert anonymous.post("/api/auth/login", {"phone": "13900000000", "code": code}).code == 1002


def test_a_banned_guest_stays_outside(app, login, anonymous):
    pair = login()
    with app.app_context():
        db.session.query(User).one().status = "banned"
        db.session.commit()
    age_codes(app, 120)
    assert as_caller(app, pair).get("/api/auth/verify-token").code == 1005
    assert refresh(anonymous, pair).code == 1005
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    code = app.extensions["parts"].sms.last(PHONE)
    assert anonymous.post("/api/auth/login", {"phone": PHONE, "code": code}).code == 1005


def test_verify_token(app, login):
    pair = login()
    verdict = as_caller(app, pair).get("/api/auth/verify-token").ok()
    assert verdict["valid"] is True and verdict["user_info"]["mobile"] == "139****5678"


def test_no_token_and_bad_tokens(app, anonymous, login):
    pair = login()
    missing = anonymous.get("/api/auth/verify-token")
    assert (missing.code, missing.msg) == (2001, "访问令牌不能为空")
    for bad in ("x", pair["refresh_token"], pair["access_token"] + "x", "a.b.c"):
        answer = ApiClient(app, bad).get("/api/auth/verify-token")
        assert (answer.status, answer.code, answer.msg) == (200, 2002, "访问令牌无效或已过期")


def test_logout_kills_both_tokens_at_once(app, anonymous, login):
    pair = login()
    guest = as_caller(app, pair)
    guest.post("/api/auth/logout", {"refresh_token": pair["refresh_token"]}).ok()
    assert guest.get("/api/auth/verify-token").code == 2002
    assert refresh(anonymous, pair).code == 2000


def test_logout_of_one_device_leaves_the_other(app, login):
    first = login()
    age_codes(app, 120)
    second = login()
    as_caller(app, first).post("/api/auth/logout").ok()
    as_caller(app, second).get("/api/auth/verify-token").ok()


def test_revocations_survive_a_redis_flush(app, login):
    guest = as_caller(app, login())
    guest.post("/api/auth/logout").ok()
    with app.app_context():
        parts.redis.flushall()
    assert guest.get("/api/auth/verify-token").code == 2002


def test_rate_limit_headers_and_refusal(make):
    guest = make.guest()
    answers = [guest.get("/api/auth/verify-token") for _ in range(60)]
    assert answers[0].headers["RateLimit-Limit"] == "60"
    assert [int(a.headers["RateLimit-Remaining"]) for a in answers] == list(range(59, -1, -1))
    refused = guest.get("/api/auth/verify-token")
    assert (refused.status, refused.code, refused.msg) == (429, 3001, "请求过于频繁，请稍后再试")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert make.guest().get("/api/auth/verify-token").code == 0


def test_forwarded_addresses_are_not_believed(anonymous):
    for number in range(60):
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        assert anonymous.get("/api/auth/verify-token", headers=headers).code == 2001
    headers = {"X-Forwarded-For": "10.0.1.1"}
    assert anonymous.get("/api/auth/verify-token", headers=headers).status == 429
