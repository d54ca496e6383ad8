"""What tests of several endpoints share."""

import pytest

from tests.logins import PHONE


@pytest.fixture
def login(app, anonymous):
    """Ask for a code and log in with it."""

    def run(phone=PHONE):
        anonymous.post("/api/auth/send-code", {"phone": phone}).ok()
        code = app.extensions["parts"].sms.last(phone)
        return anonymous.post("/api/auth/login", {"phone": phone, "code": code}).ok()

    return run
