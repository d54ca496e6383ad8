"""What nginx says itself is an envelope, it finds a service that moved, and TLS ends there."""

import http.client
import json
import socket
import ssl
import threading
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from devstack.nginx import docker_changes, own_changes, running, write
from devstack.ports import free_port
from devstack.process import wait_until
from tests.contract_codes import CODES
from tests.operations.conftest import Site

FAILURES = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400, 9001),
    "an address too long": (b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 400, 9001),
    "a header too long": (
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 40000 + b"\r\n\r\n", 400, 9001
    ),
    "an unknown coding": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: what\r\n\r\n", 400, 9001
    ),
    "TRACE": (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, 9405),
    "metrics": (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 404, 9404),
    "too large": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413, 9413),
    "nobody there": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 503, 9503),
}  # fmt: skip


class Names:
    """A name server that knows one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "Names":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            asked, whom = self._socket.recvfrom(512)
            if not asked:
                return
            # RFC 1035: the same id and question, one answer that points at the question's name.
            answer = asked[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + asked[12:]
            answer += b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(self.address)
            self._socket.sendto(answer, whom)


@pytest.fixture(scope="module")
def site(open_site) -> Site:
    return open_site()


@pytest.fixture
def proxies(tmp_path):
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def own(site, certificate, proxies, tmp_path) -> tuple[int, int, int]:
    """The ports of nginx-tls.conf: plain, TLS, and TLS of the first deployment's WebSockets."""
    ports = free_port(), free_port(), free_port()
    changes = own_changes(tmp_path, ports, f"127.0.0.1:{site.port}", certificate)
    proxies.enter_context(running(write(tmp_path, "nginx-tls.conf", changes), ports[0]))
    return ports


def ask(port: int, request: bytes) -> tuple[http.client.HTTPResponse, dict[str, object]]:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as connection:
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer, json.loads(answer.read())


@pytest.mark.parametrize("name", FAILURES)
def test_what_nginx_says_itself(proxies, tmp_path, name):
    request, status, code = FAILURES[name]
    ports = free_port(), free_port()
    changes = docker_changes(tmp_path, ports, f"127.0.0.1:{free_port()}")
    changes["/dev/stdout"] = f"{tmp_path}/access.log"
    proxies.enter_context(running(write(tmp_path, "nginx.conf", changes), ports[0]))
    answer, envelope = ask(ports[0], request)
    assert (answer.status, envelope["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/json"
    assert set(envelope) == {"code", "msg", "data"} and envelope["msg"] in CODES[code][1]
    assert (status == 503) == (answer.headers["Retry-After"] == "3")


def test_a_service_that_moves_is_found(site, proxies, tmp_path):
    """nginx starts while the name leads nowhere, as in `docker compose up --build web`."""
    ports = free_port(), free_port()
    with Names("127.0.0.9") as names:
        changes = docker_changes(tmp_path, ports, f"web:{site.port}")
        changes["/dev/stdout"] = f"{tmp_path}/access.log"
        changes["resolver 127.0.0.11 valid=5s"] = f"resolver 127.0.0.1:{names.port} valid=1s"
        proxies.enter_context(running(write(tmp_path, "nginx.conf", changes), ports[0]))
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert ask(ports[0], request)[0].status == 503
        names.address = "127.0.0.1"
        wait_until(lambda: ask(ports[0], request)[0].status == 200, 20)


def established(port: int) -> int:
    """Connections that the server on `port` has open (proc(5), tcp: state 01)."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(
        local.endswith(f":{port:04X}") and state == "01" for _, local, _, state, *_ in fields
    )


def test_connections_to_the_service_are_kept(site, own):
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for _ in range(20):
        assert ask(own[0], request)[0].status == 200
    most = 8  # one for each of nginx's processes
    assert 1 <= established(site.port) <= most


def test_tls_ends_at_nginx(site, own, certificate):
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    for port in own[1:]:
        with closing(http.client.HTTPSConnection("127.0.0.1", port, context=trusted)) as connection:
            connection.request("GET", "/healthz", headers={"X-Forwarded-Proto": "http"})
            assert json.loads(connection.getresponse().read()) == {"status": "ok"}


def test_plain_http_on_the_tls_port(own):
    answer, envelope = ask(own[1], b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (answer.status, envelope["code"]) == (400, 9001)
