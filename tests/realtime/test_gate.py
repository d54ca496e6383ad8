"""Before the upgrade: who gets in, what a refusal looks like, and where tokens do not show."""

import json
import socket

import pytest

from tests.realtime.conftest import FAR, Site, eventually, serve

UPGRADE = {
    "Host": "shop",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
SECRET = "eyJhbGciOi.eyJ1c2VyX2lk.c2VjcmV0"


def ask(site: Site, target: str, **changes: str | None) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one raw request."""
    headers = {name: value for name, value in (UPGRADE | changes).items() if value is not None}
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as sock:
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += sock.recv(4096)
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        named = dict(line.lower().split(": ", 1) for line in fields)
        while len(body) < int(named.get("content-length", 0)):
            body += sock.recv(4096)
    return int(status.split()[1]), named, body


@pytest.mark.parametrize("path", ["/ws", "/"])
@pytest.mark.parametrize(
    ("query", "code"),
    [("", 2001), ("?token=", 2001), ("?tok=u1", 2001), (f"?token=x1.s.{FAR}", 2002)],
)
def test_refused_before_the_upgrade(site: Site, path: str, query: str, code: int) -> None:
    status, headers, body = ask(site, path + query)
    assert status == 401
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["code"] == code


def test_accepted_without_compression(site: Site) -> None:
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    status, headers, _ = ask(site, f"/ws?token=u1.s.{FAR}", **offer)
    assert status == 101
    assert headers["sec-websocket-accept"] == "s3pplmbitxaq9kygzzhzrbk+xoo="
    assert "sec-websocket-extensions" not in headers


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Version": None}, 426),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": None}, 400),
        ({"Upgrade": None}, 426),
        ({"Content-Length": "3"}, 400),
        ({"Transfer-Encoding": "chunked"}, 400),
    ],
)
def test_half_handshakes(site: Site, changes: dict[str, str | None], status: int) -> None:
    answer, headers, _ = ask(site, f"/ws?token=u1.s.{FAR}", **changes)
    assert answer == status
    if status == 426:
        assert headers["sec-websocket-version"] == "13"


def test_root_without_upgrade_is_left_to_the_app(site: Site) -> None:
    assert ask(site, "/", Upgrade=None)[0] == 404


def test_a_check_that_fails_is_503_and_tells_nothing(site: Site) -> None:
    status, headers, body = ask(site, "/ws?token=broken")
    assert (status, json.loads(body)["code"]) == (503, 9503)
    assert int(headers["retry-after"]) > 0
    assert "hunter2" not in body.decode() + site.log.read_text()


def test_a_full_process_says_503(tmp_path, redis_url: str) -> None:
    with serve(tmp_path, redis_url, max_sockets=2) as site:
        site.guest(1)
        site.guest(2)
        eventually(lambda: site.vitals()["sockets"] == 2)  # counted a moment after it opened
        assert ask(site, f"/ws?token=u3.s.{FAR}")[0] == 503


def test_no_token_in_any_log(site: Site) -> None:
    """On every path, in odd spellings, and in request lines gunicorn itself refuses."""
    for target in (
        f"/ws?token={SECRET}",
        f"/?token={SECRET}&version=1",
        f"/vitals?access_token={SECRET}",
        f"/fails?%74oken={SECRET}",
        f"/missing?TOKEN={SECRET}",
        f"/ws?token={SECRET} HTTP/9.9\r\nX:",
        f"/ws bad?token={SECRET}",
    ):
        ask(site, target, Referer=f"https://shop/page?token={SECRET}")
    site.guest(1, session=SECRET.replace(".", "-"))
    log = site.log.read_text()
    assert "/missing" in log
    assert "Invalid" in log
    assert SECRET.split(".")[2] not in log


def test_other_parameters_survive(site: Site) -> None:
    _, _, body = ask(site, f"/vitals?a=1&token={SECRET}&b=%E4%B8%AD", Upgrade=None)
    assert json.loads(body)["query"] == "a=1&b=%E4%B8%AD"
