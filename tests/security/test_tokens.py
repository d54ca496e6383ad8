"""Forged tokens open nothing, anywhere; ended sessions end at once, for good."""

from datetime import timedelta

import pytest

from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from points_app.models.accounts import AuthSession, RefreshToken
from points_app.services.accounts import sessions
from tests.client import ApiClient
from tests.security.effects import state
from tests.security.forgeries import Forger


@pytest.fixture
def settings_override():
    return dict.fromkeys(("RATE_LIMIT_API", "RATE_LIMIT_API_IP", "RATE_LIMIT_DRAW"), "100000")


@pytest.fixture
def log_in(app, anonymous):
    """A guest's first pair of tokens."""

    def run(phone):
        anonymous.post("/api/auth/send-code", {"phone": phone}).ok()
        body = {"phone": phone, "code": app.extensions["parts"].sms.last(phone)}
        return anonymous.post("/api/auth/login", body).ok()

    return run


@pytest.fixture
def forger(app, log_in):
    mine, theirs = log_in("13900000001"), log_in("13900000002")
    tokens = mine["access_token"], mine["refresh_token"], theirs["access_token"]
    return Forger(*tokens, app.config["SETTINGS"])


def bearer(token):
    return {"Authorization": b"Bearer ".decode() + token.encode().decode("latin-1")}


def test_the_genuine_token_is_one(app, forger):
    """Else every refusal below would prove nothing."""
    ApiClient(app, forger.access).get("/api/auth/verify-token").ok()
    again = forger._genuine(forger.claims)
    ApiClient(app, again).get("/api/auth/verify-token").ok()


def test_every_forged_token_is_refused_and_changes_nothing(app, anonymous, forger):
    forgeries = list(forger.all())
    assert len({token for _, token in forgeries}) >= 500
    before = state(app)
    for trick, token in forgeries:
        for method, path in (("GET", "/api/auth/verify-token"), ("POST", "/api/lottery/draw")):
            answer = anonymous.send(method, path, headers=bearer(token))
            # An empty token is none at all.
            assert (answer.status, answer.code) in ((200, 2002), (200, 2001)), (trick, answer)
            assert answer.data is None
    assert state(app) == before


def test_no_forged_token_makes_a_merchant_or_an_admin(anonymous, forger):
    for trick, token in forger.all():
        for path in ("/api/merchant/pending-reviews", "/api/admin/settings"):
            answer = anonymous.get(path, headers=bearer(token))
            assert answer.code in (2001, 2002), (trick, answer)


def test_no_forged_token_refreshes_or_opens_a_socket(app, anonymous, forger):
    from points_app.realtime.viewers import viewer

    for trick, token in forger.all():
        if token == forger.refresh:
            continue
        answer = anonymous.post("/api/auth/refresh", headers=bearer(token))
        assert answer.code in (2000, 2001), (trick, answer)
        with app.test_request_context():
            assert viewer(token) is None, trick


def test_forged_refresh_tokens(app, anonymous, log_in):
    """The same tricks on the refresh token; and none of them ends the guest's session."""
    pair, theirs = log_in("13900000003"), log_in("13900000004")
    settings = app.config["SETTINGS"]
    swapped = settings.model_copy(
        update={
            "jwt_secret": settings.jwt_refresh_secret,
            "jwt_refresh_secret": settings.jwt_secret,
        }
    )
    tokens = pair["refresh_token"], pair["access_token"], theirs["refresh_token"]
    forger = Forger(*tokens, swapped)
    for trick, token in forger.all():
        if trick == "type 'refresh'":
            continue  # that is the genuine one
        answer = anonymous.post("/api/auth/refresh", headers=bearer(token))
        assert answer.code in (2000, 2001, 2002), (trick, answer)
    ApiClient(app, pair["access_token"]).get("/api/auth/verify-token").ok()
    anonymous.post("/api/auth/refresh", headers=bearer(pair["refresh_token"])).ok()


class Twice:
    """Two processes of the service: what one ends, the other knows at once."""

    @pytest.fixture
    def twin(self, app, environment, settings_override):
        twin = create_app(Settings.from_env({**environment, **settings_override}))
        yield twin
        with twin.app_context():
            db.engine.dispose()


class TestRevocation(Twice):
    def known_to_both(self, twin, client):
        """Both processes have just let the caller in, and remember it."""
        elsewhere = ApiClient(twin, client.token, client.user_id)
        client.get("/api/auth/verify-token").ok()
        elsewhere.get("/api/auth/verify-token").ok()
        return elsewhere

    def test_logout(self, twin, make):
        guest = make.guest()
        elsewhere = self.known_to_both(twin, guest)
        guest.post("/api/auth/logout").ok()
        assert elsewhere.get("/api/auth/verify-token").code == 2002

    def test_ban_and_unban(self, twin, make):
        guest, admin = make.guest(), make.admin()
        elsewhere = self.known_to_both(twin, guest)
        admin.post(f"/api/admin/users/{guest.user_id}/ban", {"reason": "作弊"}).ok()
        assert elsewhere.get("/api/auth/verify-token").code == 1005
        admin.post(f"/api/admin/users/{guest.user_id}/unban", {"reason": "误判"}).ok()
        assert elsewhere.get("/api/auth/verify-token").code == 2002  # has to log in anew

    @pytest.mark.parametrize(
        ("role", "path", "code"),
        [
            ("merchant", "/api/merchant/pending-reviews", 7001),
            ("admin", "/api/admin/settings", 7005),
        ],
    )
    def test_demotion(self, app, twin, make, role, path, code):
        caller = make.merchant() if role == "merchant" else make.admin()
        elsewhere = self.known_to_both(twin, caller)
        elsewhere.get(path).ok()
        with app.app_context():
            from points_app.models.accounts import User

            vault = app.extensions["parts"].vault
            user = db.session.get(User, caller.user_id)
            phone = vault.open(user.mobile, user.mobile_row)
        runner = app.test_cli_runner()
        assert runner.invoke(args=["user", "revoke", phone, role]).exit_code == 0
        assert elsewhere.get(path).code == code

    def test_all_of_it_survives_a_redis_flush(self, app, twin, make):
        """Redis holds no truth about who is in."""
        gone, banned, staying = make.guest(), make.guest(), make.guest()
        gone.post("/api/auth/logout").ok()
        make.admin().post(f"/api/admin/users/{banned.user_id}/ban", {"reason": "作弊"}).ok()
        app.extensions["parts"].redis.flushall()
        for one in (app, twin):
            assert ApiClient(one, gone.token).get("/api/auth/verify-token").code == 2002
            assert ApiClient(one, banned.token).get("/api/auth/verify-token").code == 1005
            ApiClient(one, staying.token).get("/api/auth/verify-token").ok()

    def test_reuse_of_a_refresh_token_ends_the_access_token_everywhere(
        self, app, twin, anonymous, log_in
    ):
        pair = log_in("13900000005")
        elsewhere = ApiClient(twin, pair["access_token"])
        elsewhere.get("/api/auth/verify-token").ok()
        headers = bearer(pair["refresh_token"])
        anonymous.post("/api/auth/refresh", headers=headers).ok()
        with app.app_context():
            old = db.session.query(RefreshToken).filter(RefreshToken.retired_at.is_not(None)).one()
            old.retired_at -= sessions.GRACE + timedelta(seconds=1)
            db.session.commit()
        assert anonymous.post("/api/auth/refresh", headers=headers).code == 2000
        assert elsewhere.get("/api/auth/verify-token").code == 2002
        with app.app_context():
            assert db.session.query(AuthSession).one().revoked_at is not None
