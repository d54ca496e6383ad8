"""A session's pairs: exchanged, used again, overlapping, ended."""

import time
from datetime import timedelta

import jwt
import pytest

from points_app.database.session import db, utcnow
from points_app.models.accounts import AuthSession, RefreshToken
from tests.books import set_config
from tests.client import ApiClient
from tests.logins import clock_ahead, refresh, shift
from tests.racing import race


def test_refresh_rotates(app, anonymous, login):
    pair = login()
    new = refresh(anonymous, pair).ok()
    assert new["refresh_token"] != pair["refresh_token"] and new["expires_in"] == 7200
    ApiClient(app, new["access_token"]).get("/api/auth/verify-token").ok()
    refresh(anonymous, new).ok()


def test_a_retired_token_works_on_for_30_seconds(anonymous, login):
    """A phone that wakes sends its waiting requests at once, each with a refresh of its own."""
    pair = login()
    pairs = [refresh(anonymous, pair).ok() for _ in range(6)]
    assert len({each["refresh_token"] for each in pairs}) == 6
    for each in pairs:
        refresh(anonymous, each).ok()


def test_refreshes_at_once_never_end_a_session(app, anonymous, login):
    pair = login()
    for _ in range(4):
        assert race([lambda pair=pair: refresh(anonymous, pair)] * 8) == {0: 8}
        pair = refresh(anonymous, pair).ok()
        ApiClient(app, pair["access_token"]).get("/api/auth/verify-token").ok()


@pytest.mark.parametrize("days", [30, 3])
def test_a_session_ends_so_many_days_after_the_login(app, anonymous, login, days):
    set_config(app, "session_days", str(days))
    pair = login()
    shift(app, AuthSession, "created_at", timedelta(minutes=30) - timedelta(days=days))
    pair = refresh(anonymous, pair).ok()
    assert 1790 <= pair["expires_in"] <= 1800
    for token in (pair["access_token"], pair["refresh_token"]):
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] <= 1800
    shift(app, AuthSession, "created_at", -timedelta(minutes=31))
    assert refresh(anonymous, pair).code == 2000


@pytest.mark.parametrize("ahead", [-5, 5])
def test_hosts_whose_clocks_differ_take_each_others_tokens(
    app, anonymous, login, monkeypatch, ahead
):
    pair = login()
    real = time.time
    with monkeypatch.context() as there:
        there.setattr("flask_jwt_extended.tokens.datetime", clock_ahead(ahead))
        pair = refresh(anonymous, pair).ok()
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    assert abs(claims["iat"] - real() - ahead) < 3
    ApiClient(app, pair["access_token"]).get("/api/auth/verify-token").ok()
    refresh(anonymous, pair).ok()


def test_reuse_ends_the_session(app, anonymous, login):
    pair = login()
    new = refresh(anonymous, pair).ok()
    with app.app_context():
        old = db.session.query(RefreshToken).filter(RefreshToken.retired_at.is_not(None)).one()
        old.retired_at = utcnow() - timedelta(seconds=31)
        db.session.commit()
    reused = refresh(anonymous, pair)
    assert (reused.code, reused.msg) == (2000, "Token无效或已过期")
    assert refresh(anonymous, new).code == 2000
    assert ApiClient(app, new["access_token"]).get("/api/auth/verify-token").code == 2002


def test_bad_refresh_tokens(app, anonymous, login):
    pair = login()
    missing = anonymous.post("/api/auth/refresh")
    assert (missing.code, missing.msg) == (2001, "Refresh Token不能为空")
    assert refresh(anonymous, {"refresh_token": pair["access_token"]}).code == 2000
    assert refresh(anonymous, {"refresh_token": "x"}).code == 2000
    shift(app, AuthSession, "expires_at", -timedelta(days=8))
    assert refresh(anonymous, pair).code == 2000
