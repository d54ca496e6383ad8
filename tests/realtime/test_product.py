"""The whole product: gunicorn as in production, real sessions, sockets on both ports."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import pytest
from flask import Flask
from redis import Redis
from websocket import WebSocketBadStatusException

from devstack.ports import free_port
from devstack.process import Process, Server
from tests.factories import Factory
from tests.fakes import cut_off_from_redis
from tests.realtime.conftest import PATIENCE, ROOT, Guest, eventually
from tests.realtime.served import served


class Shop:
    """The running product and one client of its HTTP side."""

    def __init__(self, port: int, ws_port: int, log: Path, process: Server, redis: Redis) -> None:
        self.redis = redis
        self.port = port
        self.ws_port = ws_port
        self.log = log
        self.process = process
        self.tokens: list[str] = []
        self.guests: list[Guest] = []

    def guest(self, url: str) -> Guest:
        self.guests.append(Guest(url))
        return self.guests[-1]

    def hang_up(self) -> None:
        for guest in self.guests:
            guest.socket.shutdown()
        self.guests.clear()

    def post(self, path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"http://127.0.0.1:{self.port}/api{path}"
        request = Request(url, orjson.dumps(body), headers)
        with urlopen(request, timeout=PATIENCE) as answer:
            envelope = orjson.loads(answer.read())
        assert envelope["code"] == 0, envelope
        return envelope["data"]

    def login(self, phone: str) -> dict[str, Any]:
        """Log in, and let the notice of a new guest's welcome points pass."""
        pair = self.post("/auth/login", {"phone": phone, "code": "123456"})
        self.tokens += [pair["access_token"], pair["refresh_token"]]
        eventually(lambda: self.redis.exists(f"nq:{pair['user_info']['user_id']}"))
        return pair

    def url(self, token: str, port: int | None = None, path: str = "/ws") -> str:
        return f"ws://127.0.0.1:{port or self.ws_port}{path}?token={token}&version=1.0"

    def doors(self, token: str) -> list[str]:
        """Every address the contract names."""
        ports, paths = (self.port, self.ws_port), ("/ws", "/")
        return [self.url(token, port, path) for port in ports for path in paths]


@contextmanager
def open_shop(environment: dict[str, str], folder: Path) -> Iterator[Shop]:
    """Two web processes beside the test's own app, on the same database and Redis."""
    port, ws_port, log = free_port(), free_port(), folder / "gunicorn.log"
    variables = {
        **environment,
        "PORT": str(port),
        "WS_PORT": str(ws_port),
        "BIND_HOST": "127.0.0.1",
        "WEB_CONCURRENCY": "2",
        "SMS_ACCEPT_ANY_CODE": "1",
        "LOG_LEVEL": "DEBUG",
    }
    argv = ["env", *(f"{name}={text}" for name, text in variables.items())]
    argv += [sys.executable, "-m", "gunicorn", "--log-level", "debug", "--access-logfile", "-"]
    argv += ["--chdir", str(ROOT), "--config", str(ROOT / "gunicorn.conf.py"), "wsgi:app"]
    url = f"http://127.0.0.1:{port}"
    with (
        Server("gunicorn", argv, log, url=url, is_ready=lambda: _is_ready(url)) as process,
        Redis.from_url(environment["REDIS_URL"]) as redis,
    ):
        yield Shop(port, ws_port, log, process, redis)


@pytest.fixture(scope="module")
def open_all_day(
    environment: dict[str, str], migrated: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    with open_shop(environment, tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(app: Flask, open_all_day: Shop) -> Iterator[Shop]:
    """The running product on an empty database."""
    yield open_all_day
    open_all_day.hang_up()


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=2):
            return True
    except OSError:
        return False


def refusal(url: str) -> tuple[int, int]:
    """HTTP status and envelope code with which an upgrade is refused."""
    with pytest.raises(WebSocketBadStatusException) as refused:
        Guest(url)
    body = refused.value.resp_body
    assert body is not None
    return refused.value.status_code, orjson.loads(body)["code"]


def test_login_draw_and_redeem_are_heard(shop: Shop, make: Factory) -> None:
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 30})
    product = make.product(stock=9)
    mine, other = shop.login("13900000001"), shop.login("13900000002")
    phone, tablet = map(shop.guest, shop.doors(mine["access_token"])[:2])
    stranger = shop.guest(shop.url(other["access_token"]))

    drawn = shop.post("/lottery/draw", {"draw_type": "single"}, mine["access_token"])
    heard = phone.hear()
    assert heard == tablet.hear()
    assert (heard["type"], heard["data"]["operation_id"]) == ("points_update", drawn["draw_id"])
    assert heard["data"]["total_points"] == drawn["remaining_points"] == 930
    assert stranger.caught_up() == []

    order = {"commodity_id": product, "quantity": 2}
    bought = shop.post("/exchange/redeem", order, mine["access_token"])
    of_stock = stranger.hear()
    assert of_stock["type"] == "stock_update"
    assert of_stock["data"]["product_id"] == product
    assert (of_stock["data"]["stock"], of_stock["data"]["operation"]) == (7, "purchase")
    mine_heard = {each["type"]: each["data"] for each in (phone.hear(), phone.hear())}
    assert mine_heard["stock_update"] == of_stock["data"]
    assert mine_heard["points_update"]["total_points"] == bought["remaining_points"]

    again = shop.guest(shop.url(mine["access_token"]) + f"&since={heard['seq']}")
    assert again.hear()["seq"] == heard["seq"] + 1


def test_logout_closes_that_session_alone(shop: Shop) -> None:
    here, there = shop.login("13900000003"), shop.login("13900000003")
    closing, staying = (shop.guest(shop.url(each["access_token"])) for each in (here, there))
    shop.post("/auth/logout", {}, here["access_token"])
    assert closing.close_code() == 4401
    assert staying.caught_up() == []
    for door in shop.doors(here["access_token"]):
        assert refusal(door) == (401, 2002)


def test_a_ban_closes_every_socket_and_shuts_every_door(shop: Shop, make: Factory) -> None:
    pair = shop.login("13900000004")
    guests = [shop.guest(door) for door in shop.doors(pair["access_token"])]
    user_id = pair["user_info"]["user_id"]
    shop.post(f"/admin/users/{user_id}/ban", {"reason": "测试"}, make.admin().token)
    assert [guest.close_code() for guest in guests] == [4401] * 4
    for door in shop.doors(pair["access_token"]):
        assert refusal(door) == (401, 2002)


def test_only_access_tokens_open(shop: Shop) -> None:
    pair = shop.login("13900000005")
    for door in shop.doors(pair["refresh_token"]) + shop.doors(pair["access_token"][:-2] + "xx"):
        assert refusal(door) == (401, 2002)
    for door in shop.doors(""):
        assert refusal(door) == (401, 2001)


def test_no_token_in_any_log(shop: Shop) -> None:
    """gunicorn's access and debug log are on, which they are not in production."""
    pair = shop.login("13900000006")
    for token in (pair["access_token"], pair["refresh_token"]):
        for path in ("/ws", "/", "/api/points/records", "/docs", "/nowhere", "/ws%20HTTP/9"):
            target = f"GET {path}?token={token} HTTP/1.1\r\nHost: shop\r\n"
            for head in (target, target.replace(" HTTP/1.1", " HTTP/9.1"), target + "X\r\n"):
                with socket.create_connection(("127.0.0.1", shop.port), timeout=PATIENCE) as sock:
                    sock.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
                    sock.recv(1)
    shop.guest(shop.url(pair["access_token"])).socket.shutdown()
    shop.post("/auth/logout", {"refresh_token": pair["refresh_token"]}, pair["access_token"])
    log = shop.log.read_text()
    assert "/nowhere" in log
    for token in shop.tokens:
        assert token.split(".")[2] not in log


def test_1012_does_not_wait_for_the_last_request(
    app: Flask, environment: dict[str, str], tmp_path: Path
) -> None:
    with open_shop(environment, tmp_path) as shop:
        pairs = [shop.login(f"1390000001{each}") for each in range(6)]
        guests = [shop.guest(door) for pair in pairs for door in shop.doors(pair["access_token"])]
        with socket.create_connection(("127.0.0.1", shop.port), timeout=PATIENCE) as slow:
            slow.sendall(
                b"POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n{"
            )
            os.kill(shop.process.pid, signal.SIGTERM)
            assert {guest.close_code() for guest in guests} == {1012}
            assert shop.process.exit_code() is None, "the request is still being served"
            slow.sendall(b"       }")
            answer = slow.recv(4096)
            while b"9001" not in answer:  # head and body may come apart
                more = slow.recv(4096)
                assert more, answer
                answer += more
        eventually(lambda: shop.process.exit_code() == 0)
        shop.hang_up()


def test_a_node_client_at_every_door(shop: Shop, node_folder: Path) -> None:
    token = shop.login("13900000007")["access_token"]
    (node_folder / "doors.mjs").write_text(
        "import WebSocket from 'ws';"
        "for (const url of process.argv.slice(2)) await new Promise((done) => {"
        " const ws = new WebSocket(url);"
        " ws.on('message', (data) => { const { type } = JSON.parse(data);"
        "  if (type === 'connected') ws.send('{\"type\":\"ping\"}');"
        "  if (type === 'pong') ws.close(1000); });"
        " ws.on('close', (code) => { console.log(code); done(); }); });"
    )
    argv = ["node", "doors.mjs", *shop.doors(token)]
    done = subprocess.run(argv, cwd=node_folder, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["1000"] * 4, done.stderr


PAGE = """<!doctype html><script>
const tell = (text) => fetch('/heard', {method: 'POST', body: text});
for (const url of URLS) {
  const ws = new WebSocket(url);
  ws.onmessage = ({data}) => {
    const {type} = JSON.parse(data);
    if (type === 'connected') ws.send('{"type":"ping"}');
    tell(type);
    if (type === 'points_update') ws.close(1000);
  };
  ws.onclose = ({code, wasClean}) => tell(`${code} ${wasClean} "${ws.extensions}"`);
}
</script>"""


def test_chromium_at_every_door(
    shop: Shop, browser: list[str], make: Factory, tmp_path: Path
) -> None:
    make.wheel({"probability": 1})
    token = shop.login("13900000008")["access_token"]
    page = PAGE.replace("URLS", orjson.dumps(shop.doors(token)).decode())
    log = tmp_path / "chromium.log"
    with served(page) as (url, heard), Process("chromium", [*browser, url], log):
        greeted = [heard.get(timeout=PATIENCE * 2) for _ in range(8)]
        assert sorted(greeted) == ["connected"] * 4 + ["pong"] * 4
        shop.post("/lottery/draw", {}, token)
        told = [heard.get(timeout=PATIENCE) for _ in range(8)]
        assert sorted(told) == ['1000 true ""'] * 4 + ["points_update"] * 4


@pytest.fixture
def browser(tmp_path: Path) -> list[str]:
    """The command of a headless Chromium with a profile of its own."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium-headless-shell")
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    return [found, *switches, f"--user-data-dir={tmp_path / 'profile'}"]


def test_a_ban_by_somebody_without_redis_closes_sockets_and_doors_within_seconds(
    shop: Shop, app: Flask, make: Factory
) -> None:
    banned, admin = shop.login("13900000013"), make.admin()
    closing = shop.guest(shop.url(banned["access_token"]))
    cut_off_from_redis(app)
    closing.socket.settimeout(5)  # that is how soon it must be in force
    path = f"/api/admin/users/{banned['user_info']['user_id']}/ban"
    admin.post(path, {"reason": "作弊"}).ok()
    assert closing.close_code() == 4401
    for door in shop.doors(banned["access_token"]):
        assert refusal(door) == (401, 2002)
