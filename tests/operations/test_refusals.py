"""A refusal that is sent before the whole body has come arrives, whoever is in between."""

import http.client
import json
import socket
from contextlib import ExitStack, closing

import pytest

from devstack.nginx import docker_changes, own_changes, running, write
from devstack.ports import free_port

TRIES = 20
MEGABYTE = 1024 * 1024
ROOM = {"RATE_LIMIT_API": "100000", "RATE_LIMIT_API_IP": "100000", "RATE_LIMIT_LOGIN_IP": "1"}
TOKEN = {"Authorization": "Bearer expired"}
PICTURE = {"Content-Type": "multipart/form-data; boundary=x"}
# (method, path, headers, megabytes) and the status and code that come back.
REFUSALS = {
    "expired token": (("POST", "/api/photo/upload", TOKEN | PICTURE, 9), (200, 2002)),
    "one megabyte": (("POST", "/api/photo/upload", TOKEN | PICTURE, 1), (200, 2002)),
    "missing token": (("POST", "/api/photo/upload", PICTURE, 9), (200, 2001)),
    "rate limit": (("POST", "/api/auth/login", {}, 9), (429, 3001)),
    "unknown route": (("POST", "/api/none", {}, 9), (404, 9404)),
    "wrong method": (("PUT", "/api/photo/upload", PICTURE, 9), (405, 9405)),
}


DOORS = ("direct", "docker", "own machine")


@pytest.fixture(scope="module")
def site(open_site):
    return open_site(WEB_THREADS="4", **ROOM)


@pytest.fixture(scope="module")
def doors(site, certificate, tmp_path_factory):
    """The port of each way to the service: without and with nginx, by both of its files."""
    service, docker, own = f"127.0.0.1:{site.port}", free_port(), free_port()
    with ExitStack() as proxies:
        folder = tmp_path_factory.mktemp("docker")
        changes = docker_changes(folder, (docker, free_port()), service)
        changes["/dev/stdout"] = f"{folder}/access.log"
        proxies.enter_context(running(write(folder, "nginx.conf", changes), docker))
        folder = tmp_path_factory.mktemp("own")
        ports = own, free_port(), free_port()
        changes = own_changes(folder, ports, service, certificate)
        proxies.enter_context(running(write(folder, "nginx-tls.conf", changes), own))
        yield dict(zip(DOORS, (site.port, docker, own), strict=True))


def ask(connection, method, path, headers, megabytes):
    """Send all of it, then listen, as clients do; what came back."""
    connection.request(method, path, bytes(megabytes * MEGABYTE), headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())["code"]


def connect(port):
    """A connection that is closed at the end of its block."""
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60))


def use_up_the_limit(port):
    """One login a minute may be tried from this address."""
    with connect(port) as connection:
        ask(connection, "POST", "/api/auth/login", {}, 0)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", REFUSALS)
def test_on_a_connection_of_its_own(doors, door, name):
    request, expected = REFUSALS[name]
    use_up_the_limit(doors[door])
    for _ in range(TRIES):
        with connect(doors[door]) as connection:
            assert ask(connection, *request) == expected


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", REFUSALS)
def test_the_connection_serves_the_next_request(doors, door, name):
    request, expected = REFUSALS[name]
    use_up_the_limit(doors[door])
    with connect(doors[door]) as connection:
        connection.connect()
        ours = connection.sock
        for _ in range(3):
            assert ask(connection, *request) == expected
        assert connection.sock is ours


@pytest.mark.parametrize("door", DOORS)
def test_what_is_too_large(doors, door, make):
    token = {"Authorization": f"Bearer {make.guest().token}"}
    for _ in range(TRIES):
        with connect(doors[door]) as connection:
            answer = ask(connection, "POST", "/api/photo/upload", token | PICTURE, 40)
            assert answer == (413, 9413)


@pytest.mark.parametrize(
    "request_line", ["nonsense", "GET / HTTP/9.9", f"GET /{'x' * 5000} HTTP/1.1", "G{}T / HTTP/1.1"]
)
def test_what_cannot_be_read(site, request_line):
    """gunicorn itself answers, and its text is an envelope."""
    with closing(socket.create_connection(("127.0.0.1", site.port), timeout=20)) as client:
        client.sendall(f"{request_line}\r\nContent-Length: 9000000\r\n\r\n".encode())
        client.sendall(bytes(9 * MEGABYTE))
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert (answer.status, json.loads(answer.read())["code"]) == (400, 9001)


def test_a_body_that_never_comes_frees_its_thread(site):
    """As many as there are threads; then somebody else is served."""
    with ExitStack() as silent:
        for _ in range(4):
            connection = silent.enter_context(connect(site.port))
            connection.putrequest("POST", "/api/none")
            connection.putheader("Content-Length", "1000")
            connection.endheaders(b"half")
            assert connection.getresponse().status == 404
        assert site.healthy(60)
