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


def rehearsed(
    stack: ExitStack, environment: dict[str, str], folder: Path, say: Say
) -> tuple[dict[str, str], tuple[int, int, int]]:
    """The variables of production around `environment`, and nginx' ports: for plain HTTP, HTTPS
    (PORT) and WebSockets (WS_PORT).

    The web processes get a port of their own. The SMS vendor runs as long as `stack`. The address
    of the database is its owner's, for the migrations. `folder` gets the certificate, which every
    process trusts.
    """
    secret = secrets.token_urlsafe(24)
    port, inner = environment["PORT"], free_port()
    ports = free_port(), int(port), int(environment["WS_PORT"])
    return environment | {
        "APP_ENV": "production",
        "NODE_ENV": "production",
        "PORT": str(inner),
        "WS_PORT": "",
        "BIND_HOST": "127.0.0.1",
        "PUBLIC_URL": f"https://localhost:{port}",
        "SSL_CERT_FILE": str(self_signed(folder) / "cert.pem"),
        "TRUSTED_PROXIES": "1",
        "DATABASE_URL": user(environment["DATABASE_URL"], OWNER),
        "METRICS_TOKEN": secrets.token_urlsafe(24),
        "SMS_PROVIDER": "aliyun",
        "SMS_ACCESS_KEY_ID": KEY_ID,
        "SMS_ACCESS_KEY_SECRET": secret,
        "SMS_SIGN_NAME": "排练",
        "SMS_TEMPLATE_CODE": "SMS_0",
        "SMS_ENDPOINT": stack.enter_context(sms_vendor(say, secret)),
    }, ports


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
def tls_front(folder: Path, ports: tuple[int, int, int], service: int) -> Iterator[Process]:
    """nginx as deploy/nginx-tls.conf has it, with the certificate in `folder`, in front of the port
    `service`; `ports` are those for plain HTTP, HTTPS and WebSockets. Raises ProcessFailed."""
    changes = nginx.own_changes(folder, ports, f"127.0.0.1:{service}", folder)
    with nginx.running(nginx.write(folder, "nginx-tls.conf", changes), ports[1]) as process:
        yield process


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
