"""What surrounds every answer: HTTPS, headers, origins; in production, behind one proxy."""

import secrets

import pytest

from points_app import create_app
from points_app.config import ConfigurationError, Settings
from points_app.database.session import db
from tests.receipts_in import hand_in
from tests.security.test_production import SAFE

SECURE = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "100.3.0.1"}


@pytest.fixture
def production(environment, migrated):
    """The service as it starts in production, on the tests' servers."""
    servers = {name: environment[name] for name in ("REDIS_URL", "STORAGE_DIR")}
    database = environment["DATABASE_URL"].replace("root@", f"root:{secrets.token_hex(8)}@")
    settings = {**SAFE, **servers, "DATABASE_URL": database, "TRUSTED_PROXIES": "1"}
    settings |= {"CORS_ORIGINS": "https://h5.example, https://app.example", "LOG_LEVEL": "ERROR"}
    app = create_app(Settings.from_env(settings))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_reading_over_http_is_sent_to_https(production):
    answer = production.test_client().get("/api/auth/verify-token?a=1")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://localhost/api/auth/verify-token?a=1"


FORGED = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8443", "X-Forwarded-Host": "worse.example", "X-Forwarded-Port": "1"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"},
    {"Host": "evil.example@points.example"},
]


@pytest.mark.parametrize("forged", FORGED)
def test_no_client_says_where_a_redirect_leads(production, forged):
    settings = production.config["SETTINGS"]
    public = settings.model_copy(update={"public_url": "https://points.example:8443"})
    app = create_app(public)
    for path in ("/api/auth/verify-token?a=1", "/docs", "/", "/files/x"):
        answer = app.test_client().get(path, headers=forged)
        assert answer.headers["Location"] == f"https://points.example:8443{path}"
        assert b"evil" not in answer.data


@pytest.mark.parametrize("forged", FORGED)
def test_no_client_says_where_a_link_leads(app, make, forged):
    guest = make.guest()
    upload_id = hand_in(guest)
    for path in (f"/api/photo/records/{upload_id}", "/api/photo/records"):
        said = guest.get(path, headers=forged).body
        assert b"http://localhost/files/" in said and b"evil" not in said


@pytest.mark.parametrize("url", ["points.example", "ftp://points.example", "https://", "//x"])
def test_a_public_url_that_is_none_is_refused(url):
    with pytest.raises(ConfigurationError, match="PUBLIC_URL must"):
        Settings.from_env({**SAFE, "PUBLIC_URL": url})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_body_in_clear_is_refused_not_redirected(production, method):
    answer = production.test_client().open("/api/auth/login", method=method, json={"phone": "1"})
    envelope = answer.get_json()
    assert (answer.status_code, envelope["code"]) == (200, 9001)
    assert envelope["data"]["errors"] == [{"field": "url", "message": "must begin with https://"}]


def test_only_the_trusted_proxy_says_what_is_https(production, app):
    """Without a trusted proxy the header is a client's own claim."""
    claimed = production.test_client().get("/api/auth/verify-token", headers=SECURE)
    assert claimed.get_json()["code"] == 2001
    direct = create_app(production.config["SETTINGS"].model_copy(update={"trusted_proxies": 0}))
    assert direct.test_client().get("/api/auth/verify-token", headers=SECURE).status_code == 308


def test_headers_of_every_answer(production):
    client = production.test_client()
    for path in ("/api/auth/verify-token", "/api/none", "/files/none", "/healthz", "/docs"):
        with client.get(path, headers=SECURE, buffered=True) as answer:
            headers = answer.headers
            assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "'unsafe-eval'" not in headers["Content-Security-Policy"]
            if path.startswith("/api/"):
                assert headers["Cache-Control"] == "no-store"
                assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://h5.example", True),
        ("https://app.example", True),
        ("https://h5.example.evil.example", False),
        ("https://evil-h5.example", False),
        ("http://h5.example", False),
        ("https://h5.example:444", False),
        ("http://localhost:5173", False),
        ("https://localhost", False),
        ("HTTPS://H5.EXAMPLE", False),
        ("null", False),
        ("*", False),
        ("https://h5.example, https://app.example", False),
    ],
)
def test_origins_are_exact(production, origin, allowed):
    for method, more in (("GET", {}), ("OPTIONS", {"Access-Control-Request-Method": "POST"})):
        headers = {**SECURE, "Origin": origin, **more}
        answer = production.test_client().open(
            "/api/auth/verify-token", method=method, headers=headers
        )
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]


def test_nothing_tells_what_runs_here(production):
    answer = production.test_client().get("/api/none", headers=SECURE)
    assert "X-Powered-By" not in answer.headers
    assert b"Flask" not in answer.data and b"Werkzeug" not in answer.data
