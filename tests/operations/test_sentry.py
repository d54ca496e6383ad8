"""Failures reach Sentry when it is set, and nothing personal with them."""

import gzip
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from devstack.serve import PROJECT

PROGRAM = """
import logging, os
from points_app import create_app
app = create_app()
log = logging.getLogger("shop")
phone = "13812345678"
log.error("call %s about token=abc.def.ghi", phone)
import sentry_sdk
sentry_sdk.flush(timeout=10)
"""


@pytest.fixture
def sentry():
    """A server that keeps the envelopes it is sent."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            received.append((gzip.decompress(body) if packed else body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", received
    server.shutdown()
    server.server_close()


def run(environment, **more):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={**environment, **more, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_an_error_is_reported_without_phone_or_token(environment, sentry):
    dsn, received = sentry
    run(environment, SENTRY_DSN=dsn)
    text = "\n".join(received)
    assert "138****5678" in text and "13812345678" not in text
    assert "abc.def.ghi" not in text and "token=[hidden]" in text
    assert json.loads(text.splitlines()[-1])["environment"] == "test"


def test_without_a_dsn_nothing_is_loaded_or_sent(environment):
    program = "import sys; from points_app import create_app; create_app(); "
    program += "sys.exit('sentry_sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment)
    assert done.returncode == 0
