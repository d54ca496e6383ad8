"""Whoever should read the log has stopped reading: nobody waits for it."""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from devstack.process import Process, wait_until
from devstack.serve import PROJECT, procfile
from tests.receipts_in import blank, send

PATIENT = {"Prefer": "wait=20"}


class Pipe:
    """A named pipe as somebody's log, which is read only when a test asks for it."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def fill(self) -> None:
        """Until not a byte more goes in."""
        for size in (65536, 1):
            with suppress(BlockingIOError):
                while True:
                    os.write(self._end, b"-" * size)

    def read(self) -> str:
        """All that is in it."""
        found = b""
        with suppress(BlockingIOError):
            while part := os.read(self._end, 65536):
                found += part
        return found.decode()

    def close(self) -> None:
        os.close(self._end)


@pytest.fixture
def pipe(tmp_path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "log")
    yield pipe
    pipe.close()


def lost(port: int) -> float:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    return float(re.search(r"^points_log_lines_lost_total (\S+)$", text, re.MULTILINE)[1])


def test_requests_are_answered(open_site, pipe):
    """From its start to its end, whatever there is to say; also by gunicorn itself."""
    pipe.fill()
    site = open_site(log=pipe.path, LOG_LEVEL="INFO", LOG_FORMAT="json")
    pipe.fill()  # it holds more now
    for _ in range(50):
        assert site.healthy()
    assert lost(site.port) >= 50

    (before,) = site.workers()
    os.kill(before, signal.SIGKILL)  # the master has something to say
    wait_until(lambda: site.workers() not in ([], [before]) and site.healthy(), 60)

    pipe.read()
    assert site.healthy()
    last = pipe.read().splitlines()[-1]
    assert json.loads(last)["route"] == "/healthz"
    pipe.fill()
    os.kill(site.process.pid, signal.SIGTERM)
    wait_until(lambda: site.process.exit_code() is not None, 30, "the end")
    assert site.process.exit_code() == 0


def test_a_line_that_was_torn_ends_before_the_next(open_site, pipe):
    site = open_site(log=pipe.path, LOG_LEVEL="INFO", LOG_FORMAT="json")
    pipe.read()
    for _ in range(5000):  # until the kernel has taken all it takes, to the byte
        assert site.healthy()
        if lost(site.port):
            break
    assert lost(site.port)
    lines = pipe.read().splitlines()
    assert site.healthy()
    lines += pipe.read().splitlines()
    assert sum(line.startswith('{"event":"request"') for line in lines) > 1000
    assert json.loads(lines[-1])["route"] == "/healthz"


def test_tasks_are_done(app, make, environment, migrated, pipe):
    said = []
    command = ["/bin/sh", "-c", f"exec {procfile(PROJECT / 'Procfile')['worker']}"]
    settings = os.environ | environment | {"LOG_LEVEL": "INFO"}
    worker = Process("worker", command, pipe.path, env=settings, cwd=PROJECT, stop_seconds=30)
    with worker:
        wait_until(lambda: said.append(pipe.read()) or "ready." in "".join(said), 60, "its start")
        pipe.fill()
        for height in (401, 402, 403):
            read = send(make.guest(), blank(size=(300, height)), "30", headers=PATIENT).ok()
            assert read["processing_status"] == "done"
        os.kill(worker.pid, signal.SIGTERM)
        wait_until(lambda: worker.exit_code() is not None, 30, "the end")


def test_a_schedule_goes_on(environment, redis_url, tmp_path, pipe):
    said = []
    command = ["/bin/sh", "-c", f"exec {procfile(PROJECT / 'Procfile')['beat']}"]
    schedule = {"BEAT_SCHEDULE": str(tmp_path / "schedule"), "LOG_LEVEL": "INFO"}
    settings = os.environ | environment | schedule
    with Process("beat", command, pipe.path, env=settings, cwd=PROJECT) as beat:
        wait_until(lambda: said.append(pipe.read()) or "tarting" in "".join(said), 60, "its start")
        pipe.fill()
        os.kill(beat.pid, signal.SIGTERM)
        wait_until(lambda: beat.exit_code() is not None, 30, "the end")
