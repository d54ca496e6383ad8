"""Which pages may call the API from a browser."""

import pytest

PAGE = "https://h5.example.com"


class TestAllowed:
    @pytest.fixture
    def settings_override(self):
        return {"CORS_ORIGINS": f"{PAGE}, https://admin.example.com"}

    def test_a_preflight_names_what_the_page_may_send(self, app):
        asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        answer = app.test_client().options("/api/lottery/draw", headers=asked)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        for header in ("Authorization", "Idempotency-Key", "X-Request-ID", "X-Client-Version"):
            assert header in answer.headers["Access-Control-Allow-Headers"]

    def test_answers_can_be_read_refusals_too(self, anonymous):
        answer = anonymous.get("/api/user/info", headers={"Origin": "https://admin.example.com"})
        assert answer.code == 2001
        assert answer.headers["Access-Control-Allow-Origin"] == "https://admin.example.com"
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", f"{PAGE}.evil.example", "http://h5.example.com", "null"]
    )
    def test_other_pages_are_told_nothing(self, app, origin):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = app.test_client().options("/api/lottery/draw", headers=asked)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def allowed(app, origin):
    answer = app.test_client().get("/healthz", headers={"Origin": origin})
    return answer.headers.get("Access-Control-Allow-Origin")


def test_nobody_from_elsewhere_by_default(app):
    for origin in (PAGE, "http://localhost.evil.example", "http://evil.example:3000"):
        assert allowed(app, origin) is None


OWN = ("http://localhost:5173", "http://127.0.0.1:8080", "https://localhost", "http://[::1]:3000")


def test_pages_of_this_machine_while_developing(app):
    assert [allowed(app, origin) for origin in OWN] == list(OWN)
