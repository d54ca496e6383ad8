"""More connections than a process has descriptors for: it stays up, and serves who asks."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devstack.process import wait_until
from tests.operations.conftest import Site

HARD_LIMIT = 200
HEAD = b"POST /api/points/operate HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n"


@pytest.fixture(scope="module")
def site(open_site) -> Site:
    """A process that may open few files, and of those fewer still unless it asks for more."""
    limit = ["prlimit", f"--nofile=64:{HARD_LIMIT}", "--"]
    return open_site(limit, WEB_THREADS="4", DB_POOL_SIZE="4", BODY_SECONDS="60")


@pytest.fixture
def crowd(site) -> Iterator[ExitStack]:
    """Closes what a test opened, and waits until the process has noticed."""
    before = site.workers()
    with ExitStack() as opened:
        yield opened
    wait_until(lambda: open_files(before[0]) < HARD_LIMIT // 2, 30, "free descriptors")
    assert site.healthy()
    assert site.workers() == before, "the process ended"
    assert "Traceback" not in site.log.read_text()


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def connect(site, said=b""):
    client = socket.create_connection(("127.0.0.1", site.port), timeout=20)
    client.sendall(said)
    return client


def test_a_process_may_open_as_many_files_as_it_is_allowed(site):
    (worker,) = site.workers()
    line = re.search(r"Max open files +(\d+) +(\d+)", Path(f"/proc/{worker}/limits").read_text())
    assert line.groups() == (str(HARD_LIMIT), str(HARD_LIMIT))


def test_connections_that_say_nothing_keep_nobody_out(site, crowd):
    for _ in range(2 * HARD_LIMIT):
        crowd.enter_context(connect(site))
    for _ in range(10):
        assert site.healthy()


def test_what_does_not_fit_is_refused_until_there_is_room_again(site, crowd):
    """Requests that have begun are not hung up on."""
    begun = [crowd.enter_context(connect(site, HEAD)) for _ in range(2 * HARD_LIMIT)]
    said = [client.recv(65536) for client in begun[-HARD_LIMIT // 2 :]]
    for answer in said:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 3" in head
        assert json.loads(body)["code"] == 9503
    wait_until(lambda: begun[0].recv(65536), 20)
