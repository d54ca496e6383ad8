"""The proxy in front: WebSockets pass, tokens stay out of its log, slow bodies hold no thread."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from devstack.nginx import docker_changes, running, write
from devstack.ports import free_port
from devstack.process import wait_until
from tests.realtime.conftest import Guest, Site, serve

SECRET = "u1.s.4000000000"


class Proxy:
    def __init__(self, ports: tuple[int, int], log: Path) -> None:
        self.ports = ports
        self.log = log


@pytest.fixture(scope="module")
def site(tmp_path_factory, redis_url) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("site"), redis_url) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(site, tmp_path_factory) -> Iterator[Proxy]:
    """nginx with the file that Docker has."""
    folder = tmp_path_factory.mktemp("nginx")
    ports, log = (free_port(), free_port()), folder / "nginx.log"
    changes = docker_changes(folder, ports, f"127.0.0.1:{site.port}") | {"/dev/stdout": str(log)}
    with running(write(folder, "nginx.conf", changes), ports[0]):
        yield Proxy(ports, log)


def test_websockets_pass_on_both_ports_and_paths(site, proxy):
    for port, path in ((proxy.ports[0], "/ws"), (proxy.ports[1], "/")):
        guest = Guest(f"ws://127.0.0.1:{port}{path}?token={SECRET}")
        guest.say(type="ping")
        assert guest.hear()["type"] == "pong"
        guest.socket.shutdown()


def test_no_token_reaches_the_proxy_s_log(site, proxy):
    guest = Guest(f"ws://127.0.0.1:{proxy.ports[0]}/ws?token={SECRET}")
    guest.socket.shutdown()
    wait_until(lambda: "/ws" in proxy.log.read_text(), 20, "the log line")
    assert SECRET not in proxy.log.read_text()


def test_metrics_are_not_public(proxy):
    with pytest.raises(HTTPError, match="404") as refused:
        urlopen(f"http://127.0.0.1:{proxy.ports[0]}/metrics", timeout=5)
    assert json.load(refused.value)["code"] == 9404


def test_a_slow_upload_reaches_the_service_only_when_it_is_whole(site, proxy):
    """As many half-sent bodies as there are threads; the service goes on serving."""
    slow = []
    for _ in range(20):
        sender = socket.create_connection(("127.0.0.1", proxy.ports[0]))
        sender.sendall(b"POST /vitals HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        slow.append(sender)
    for _ in range(3):
        with urlopen(Request(f"http://127.0.0.1:{site.port}/vitals"), timeout=10) as answer:
            assert answer.status == 200
    for sender in slow:
        sender.close()
