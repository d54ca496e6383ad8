"""Redis moves, under the real processes: web, worker, beat and the relay find the new master."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.engine import make_url
from websocket import WebSocketTimeoutException, create_connection

from devstack.ports import free_port
from devstack.process import Process, wait_until
from devstack.redis import redis_server, sentinel_server
from devstack.serve import PROJECT, procfile
from devstack.switch import switch
from tests.books import set_config
from tests.conftest import TEST_ENVIRONMENT
from tests.receipts_in import blank

BACK_WITHIN = 10.0
SERVICE = "points"


def port_of(server):
    return make_url(server.url).port


@pytest.fixture
def pair(tmp_path):
    """A master and its replica."""
    with (
        redis_server(tmp_path / "a", repl_diskless_sync_delay="0") as master,
        redis_server(tmp_path / "b", replicaof=f"127.0.0.1 {port_of(master)}") as replica,
    ):
        with Redis.from_url(replica.url) as asked:
            wait_until(
                lambda: asked.info("replication")["master_link_status"] == "up", 10, "a copy"
            )
        yield master, replica


class Service:
    """The Procfile's processes on the suite's database, and what a guest does with them."""

    def __init__(self, environment: dict[str, str], redis_url: str, folder: Path) -> None:
        self.port = free_port()
        changes = {
            "REDIS_URL": redis_url,
            "PORT": str(self.port),
            "WS_PORT": "",
            "BIND_HOST": "127.0.0.1",
            "WEB_CONCURRENCY": "1",
            "SMS_ACCEPT_ANY_CODE": "1",
            "RATE_LIMIT_DRAW": "1000",
            "LOG_LEVEL": "INFO",
            "BEAT_SCHEDULE": str(folder / "beat-schedule"),
        }
        self.lines: list[str] = []
        commands = procfile(PROJECT / "Procfile")
        self.processes = {
            name: Process(
                name,
                ["/bin/sh", "-c", f"exec {commands[name]}"],
                self.lines.append,
                env={**os.environ, **environment, **changes},
                cwd=PROJECT,
                stop_seconds=30,
            )
            for name in ("web", "worker", "beat")
        }
        self.token = ""

    def ask(self, method, path, body=None, kind="application/json", **headers):
        """The envelope."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        request.add_header("Content-Type", kind)
        for name, text in headers.items():
            request.add_header(name, text)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)
        except OSError as error:
            return {"code": repr(error)}

    def log_in(self, phone):
        sent = self.ask("POST", "/api/auth/send-code", {"phone": phone})
        if sent["code"] != 0:
            return False
        return self.ask("POST", "/api/auth/login", {"phone": phone, "code": "123456"})["code"] == 0

    def upload(self, width):
        """Whether a receipt is read while its guest waits."""
        parts = (
            b'--x\r\nContent-Disposition: form-data; name="amount"\r\n\r\n30\r\n--x\r\n'
            b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n" + blank(size=(width, 400)) + b"\r\n--x--\r\n"
        )
        answer = self.ask(
            "POST", "/api/photo/upload", parts, "multipart/form-data; boundary=x", Prefer="wait=5"
        )
        return answer["code"] == 0 and answer["data"]["processing_status"] == "done"


@pytest.fixture
def serve(app, environment, tmp_path) -> Iterator:
    """Start the processes on a Redis, and log a guest in."""
    with ExitStack() as stack:

        def start(redis_url):
            set_config(app, "lottery_cost_points", "1")  # a guest draws until a draw is heard
            service = Service({**TEST_ENVIRONMENT, **environment}, redis_url, tmp_path)
            for process in service.processes.values():
                stack.enter_context(process)
            wait_until(lambda: service.log_in("13800000001"), 60, "the first login")
            login = {"phone": "13800000001", "code": "123456"}
            service.ask("POST", "/api/auth/send-code", {"phone": login["phone"]})
            service.token = service.ask("POST", "/api/auth/login", login)["data"]["access_token"]
            wait_until(lambda: service.upload(300), 60, "the first reading")
            return service

        yield start


def all_of_it_comes_back(service):
    """Logins, and receipts read by the worker, while no process ended."""
    phones = iter(f"1380000{number:04}" for number in range(100, 200))
    wait_until(lambda: service.log_in(next(phones)), BACK_WITHIN, "a login", every=0.2)
    widths = iter(range(310, 400))
    wait_until(lambda: service.upload(next(widths)), BACK_WITHIN, "a reading", every=0.2)
    ready = service.ask("GET", "/readyz")
    assert (ready["status"], ready["redis"]) == ("ok", "ok")
    assert {name: process.exit_code() for name, process in service.processes.items()} == {
        "web": None, "worker": None, "beat": None,
    }  # fmt: skip


def beat_works(master):
    """What beat asks the worker for every 30 s arrives."""
    with Redis.from_url(master.url) as redis:
        redis.delete("figures")
        wait_until(lambda: redis.get("figures"), 40, "the figures")


def hears(socket, service, within):
    """Whether a draw is heard on the socket."""
    service.ask("POST", "/api/points/check-in")
    service.ask("POST", "/api/lottery/draw", {"draw_type": "single"})
    socket.settimeout(within)
    try:
        while True:
            if json.loads(socket.recv())["type"] == "points_update":
                return True
    except WebSocketTimeoutException:
        return False


def test_an_address_that_leads_elsewhere(pair, serve):
    """The old master is cut off and demoted; every connection to it still stands."""
    master, replica = pair
    with switch(port_of(master)) as address:
        service = serve(f"redis://127.0.0.1:{address.port}/0")
        url = f"ws://127.0.0.1:{service.port}/ws?token={service.token}"
        with closing(create_connection(url)) as socket:
            assert hears(socket, service, 10)
            with Redis.from_url(replica.url) as new, Redis.from_url(master.url) as old:
                new.replicaof("NO", "ONE")
                address.target = port_of(replica)
                old.replicaof("127.0.0.1", 1)
            wait_until(lambda: hears(socket, service, 1), BACK_WITHIN, "a notice")
        all_of_it_comes_back(service)
        beat_works(replica)


def test_a_demoted_master_is_not_well(pair, serve):
    master, _ = pair
    service = serve(master.url)
    with Redis.from_url(master.url) as old:
        old.replicaof("127.0.0.1", 1)
        ready = service.ask("GET", "/readyz")
        assert (ready["status"], ready["redis"]) == ("degraded", "read-only")
        assert service.ask("POST", "/api/auth/send-code", {"phone": "13800000009"})["code"] == 1000
        old.replicaof("NO", "ONE")
    all_of_it_comes_back(service)


def test_sentinel_names_the_new_master(pair, serve, tmp_path):
    """The master dies; two of three sentinels agree, and promote the replica."""
    master, replica = pair
    with ExitStack() as stack:
        sentinels = [
            stack.enter_context(sentinel_server(tmp_path / str(each), SERVICE, port_of(master)))
            for each in range(3)
        ]
        with Redis.from_url(sentinels[0].url) as asked:
            wait_until(lambda: knows_all(asked), 30, "the sentinels to know each other")
            hosts = ",".join(f"127.0.0.1:{port_of(each)}" for each in sentinels)
            service = serve(f"redis+sentinel://{hosts}/{SERVICE}/0")
            url = f"ws://127.0.0.1:{service.port}/ws?token={service.token}"
            with closing(create_connection(url)) as socket:
                assert hears(socket, service, 10)
                master.kill()
                wait_until(lambda: names(asked) == port_of(replica), 30, "a new master")
                wait_until(lambda: hears(socket, service, 1), BACK_WITHIN, "a notice")
            all_of_it_comes_back(service)
            beat_works(replica)
            for process in service.processes.values():
                process.stop()  # while there is a Redis: without one each waits for it first


def knows_all(asked):
    state = asked.sentinel_master(SERVICE)
    return state["num-other-sentinels"] == 2 and state["num-slaves"] == 1


def names(asked):
    return int(asked.sentinel_get_master_addr_by_name(SERVICE)[1])
