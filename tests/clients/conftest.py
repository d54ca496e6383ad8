"""A vendor played by a local HTTP server, and a real S3 server."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devstack.folders import scratch_folder
from devstack.s3 import S3Server, s3_server
from points_app.clients.storage.s3 import S3Storage

LOOPBACK = IPv4Address("127.0.0.1")


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire; header names in lower case."""

    sender: tuple[str, int]
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Vendor:
    """Gives the prepared answers in order; None is an answer that never comes."""

    endpoint: str
    answers: list[tuple[int, bytes] | None] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def will_answer(self, *answers: dict[str, Any] | bytes | None, status: int = 200) -> None:
        """Prepare the next answers: a JSON object, raw bytes, or None for silence."""
        for answer in answers:
            body = json.dumps(answer).encode() if isinstance(answer, dict) else answer
            self.answers.append(None if body is None else (status, body))


@pytest.fixture
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    """A fresh server on a free port of the loopback; with ``self_signed`` it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            played.received.append(Received(self.client_address, self.path, headers, body))
            answer = played.answers.pop(0)
            if answer is None:
                played.released.wait(30)
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.send_header("Location", f"{played.endpoint}/elsewhere")
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the test's own output is enough."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if "self_signed" in request.fixturenames:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(request.getfixturevalue("self_signed"))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        played = Vendor(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield played
        played.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def self_signed(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts, with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(*form, serialization.NoEncryption())
    path = tmp_path / "server.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def deaf_endpoint() -> Iterator[str]:
    """An address of the loopback where nobody listens, and nobody can start to meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with scratch_folder() as folder, s3_server(folder / "s3") as server:
        yield server


@pytest.fixture
def s3_storage(s3: S3Server) -> Callable[..., S3Storage]:
    """Makes a storage on the server's bucket; keywords change what it is told."""
    names = ("endpoint", "bucket", "access_key", "secret_key", "region")
    told = {name: getattr(s3, name) for name in names}
    return lambda **changes: S3Storage(**told | changes)
