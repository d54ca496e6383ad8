"""bin/serve --production: every process as production runs it, tried through its front door."""

import json
import os
import re
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from devstack.process import wait_until
from devstack.production import _send
from devstack.serve import PROJECT
from tests.devstack.conftest import launch as launch


@pytest.fixture
def rehearsal(launch):
    launcher = launch("--production")
    launcher.start()
    return launcher


class Front:
    """What a guest reaches: HTTPS, with the certificate that was made for it."""

    def __init__(self, launcher):
        self.url = f"https://localhost:{launcher.port}"
        trusted = ssl.create_default_context(cafile=str(launcher.data / "nginx" / "cert.pem"))
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted))

    def ask(self, path, body=None):
        request = urllib.request.Request(f"{self.url}{path}", method="POST" if body else "GET")
        request.add_header("Content-Type", "application/json")
        data = json.dumps(body).encode() if body else None
        with self._opener.open(request, data, timeout=30) as answer:
            return json.load(answer)


def test_a_guest_logs_in_as_in_production(rehearsal):
    front = Front(rehearsal)
    assert front.ask("/readyz")["status"] == "ok"
    plain = re.search(r"plain HTTP at (http://\S+),", rehearsal.text)[1]
    with pytest.raises(urllib.error.HTTPError) as sent_on:
        urllib.request.build_opener(NoRedirect).open(f"{plain}/api/exchange/categories")
    sent_on.value.close()
    assert sent_on.value.code == 308
    assert sent_on.value.headers["Location"] == f"{front.url}/api/exchange/categories"

    phone = "13800000001"
    front.ask("/api/auth/send-code", {"phone": phone})
    code = wait_until(lambda: re.search(r"SMS code for 138\*{4}0001: (\d{6})", rehearsal.text), 10)
    login = front.ask("/api/auth/login", {"phone": phone, "code": code[1]})
    assert login["code"] == 0 and login["data"]["user_info"]["total_points"] == 1000

    command = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]
    environment = os.environ | rehearsal.serve_environment()
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for well in (
        "grants: what the service needs and no more",
        "sms: the vendor accepts our credentials",
        "proxies: 1 in front, as TRUSTED_PROXIES says",
    ):
        assert f"ok       {well}" in done.stdout, done.stdout


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_the_vendor_refuses_a_wrong_signature():
    said = []
    path = "/?PhoneNumbers=13800000001&TemplateParam=%7B%22code%22%3A%22123456%22%7D"
    refused = _send(path, {"Authorization": "ACS3-HMAC-SHA256 Signature=0"}, "secret", said.append)
    assert refused["Code"] == "SignatureDoesNotMatch" and not said
