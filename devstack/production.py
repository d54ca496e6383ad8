"""What bin/serve --production adds to the servers under the processes: a database user with no more
rights than `flask grants` names, an SMS vendor that checks signatures, and nginx with TLS."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pymysql
from sqlalchemy.engine import make_url

from devstack import nginx
from devstack.certificate import self_signed
from devstack.ports import free_port
from devstack.process import Process
from points_app.clients.sms.aliyun import authorization
from points_app.clients.sms.base import IMPOSSIBLE_PHONE
from points_app.crypto import mask_mobile, same

OWNER, USER = "owner", "points"
KEY_ID = "rehearsal"
Say = Callable[[str], object]
RunStep = Callable[[str, str, str, dict[str, str]], list[str]]


class Rehearsal:
    """One run. The SMS vendor and nginx end with `stack`. In `folder` are nginx' files and the
    certificate, which every process trusts."""

    def __init__(self, stack: ExitStack, folder: Path, say: Say) -> None:
        self._stack = stack
        self._folder = self_signed(folder)
        self._say = say
        self._ports = (0, 0, 0)
        self._root = ""

    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        """The variables of production around `environment`, whose PORT and WS_PORT are nginx' from
        now on. The address of the database is its owner's, for the migrations."""
        secret, port = secrets.token_urlsafe(24), environment["PORT"]
        self._ports = free_port(), int(port), int(environment["WS_PORT"])
        self._root = environment["DATABASE_URL"]
        return environment | {
            "APP_ENV": "production",
            "NODE_ENV": "production",
            "PORT": str(free_port()),
            "WS_PORT": "",
            "BIND_HOST": "127.0.0.1",
            "PUBLIC_URL": f"https://localhost:{port}",
            "SSL_CERT_FILE": str(self._folder / "cert.pem"),
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": user(self._root, OWNER),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
            "SMS_PROVIDER": "aliyun",
            "SMS_ACCESS_KEY_ID": KEY_ID,
            "SMS_ACCESS_KEY_SECRET": secret,
            "SMS_SIGN_NAME": "排练",
            "SMS_TEMPLATE_CODE": "SMS_0",
            "SMS_ENDPOINT": self._stack.enter_context(sms_vendor(self._say, secret)),
        }

    def limit_rights(self, environment: dict[str, str], run: RunStep) -> None:
        """Have the processes use a database user of their own, with the rights they need."""
        command = f"flask --app wsgi grants {USER} --host 127.0.0.1"
        statements = run("asking for the rights of the service", "grants", command, environment)
        environment["DATABASE_URL"] = user(self._root, USER, statements)

    def open_front(self, service: int) -> Process:
        """nginx as deploy/nginx-tls.conf has it, in front of the port `service`. Raises
        ProcessFailed."""
        http, https, _ = self._ports
        address = f"127.0.0.1:{service}"
        changes = nginx.own_changes(self._folder, self._ports, address, self._folder)
        written = nginx.write(self._folder, "nginx-tls.conf", changes)
        process = self._stack.enter_context(nginx.running(written, https))
        self._say(f"plain HTTP at http://localhost:{http}, which is redirected to HTTPS")
        return process


def user(root: str, name: str, statements: Sequence[str] = ()) -> str:
    """Make a database user anew, by whoever `root` is the address of, with these GRANT statements
    or, without any, everything on the database; the address for that user."""
    url, password = make_url(root), secrets.token_urlsafe(24)
    whom = f"{name}@'127.0.0.1'"
    with pymysql.connect(
        host=url.host or "127.0.0.1", port=url.port or 3306, user=url.username or "root",
        password=url.password or "", autocommit=True,
    ) as connection:  # fmt: skip
        cursor = connection.cursor()
        cursor.execute(f"CREATE OR REPLACE USER {whom} IDENTIFIED BY '{password}'")
        for statement in statements or [f"GRANT ALL ON {url.database}.* TO {whom}"]:
            cursor.execute(statement)
    return url.set(username=name, password=password).render_as_string(hide_password=False)


@contextmanager
def sms_vendor(say: Say, secret: str) -> Iterator[str]:
    """An endpoint that takes Aliyun's SendSms, refuses a wrong signature, and says each message
    instead of sending it; yields its address."""

    class SendSms(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = json.dumps(_send(self.path, dict(self.headers.items()), secret, say)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """What is to be said is said by `say`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), SendSms) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _send(path: str, headers: dict[str, str], secret: str, say: Say) -> dict[str, str]:
    """What Aliyun answers (Dysmsapi 2017-05-25, SendSms)."""
    given = {name.lower(): text for name, text in headers.items()}
    signed = {name: text for name, text in given.items() if name.startswith(("x-acs-", "host"))}
    signed.setdefault("x-acs-content-sha256", "")
    query = urlsplit(path).query
    expected = authorization(KEY_ID, secret, query, signed)
    if not same(given.get("authorization", ""), expected):
        return {"Code": "SignatureDoesNotMatch", "Message": "the signature is wrong"}
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    phone = fields["PhoneNumbers"]
    if phone == IMPOSSIBLE_PHONE:
        return {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "no such number"}
    say(f"SMS code for {mask_mobile(phone)}: {json.loads(fields['TemplateParam'])['code']}")
    return {"Code": "OK", "Message": "OK", "BizId": secrets.token_hex(8)}
