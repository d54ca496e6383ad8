"""The worker as production runs it: its own process, found by nothing but the broker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from devstack.process import Process, wait_until
from devstack.serve import PROJECT, procfile
from tests.receipts_in import blank, picture, send

START_SECONDS = 60.0
PATIENT = {"Prefer": "wait=20"}


class Worker(Process):
    """The Procfile's worker, with what it printed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        command = procfile(PROJECT / "Procfile")["worker"]
        super().__init__(
            "worker",
            ["/bin/sh", "-c", f"exec {command}"],
            self.lines.append,
            env=os.environ | environment | {"LOG_LEVEL": "INFO"},
            cwd=PROJECT,
            stop_seconds=30,
        )

    def start(self) -> None:
        super().start()
        wait_until(lambda: "ready." in " ".join(self.lines), START_SECONDS, "the worker's start")

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]


@pytest.fixture(scope="module")
def worker(environment: dict[str, str], migrated: None) -> Iterator[Worker]:
    with Worker(environment) as running:
        yield running


def test_the_upload_answers_with_the_reading(make, worker):
    answer = send(make.guest(), picture("cn_dev_016_takeaway_phone.jpg"), "69.5", headers=PATIENT)
    read = answer.ok()
    assert (read["processing_status"], read["recognized_amount"]) == ("done", 69.5)
    assert (read["match_status"], read["points_awarded"]) == ("matched", 695)


def test_a_killed_child_is_replaced_and_its_work_done(app, make, worker):
    """acks_late and reject_on_worker_lost: the message outlives whoever had it."""
    (child,) = worker.children()
    os.kill(child, signal.SIGKILL)
    read = send(make.guest(), blank(size=(300, 400)), "30", headers=PATIENT).ok()
    assert (read["processing_status"], read["points_awarded"]) == ("done", 300)
    assert worker.children() != [child]


def test_a_full_redis_ends_nothing(make, worker, redis_url):
    """The worker takes a message that Redis has no room to note as taken."""
    guest = make.guest()
    with Redis.from_url(redis_url) as redis:
        os.kill(worker.pid, signal.SIGSTOP)
        try:
            send(guest, blank(size=(310, 400)), "30").ok()
            redis.config_set("maxmemory", 1)
            os.kill(worker.pid, signal.SIGCONT)
            wait_until(lambda: "OutOfMemoryError" in " ".join(worker.lines), 30, "a full Redis")
        finally:
            redis.config_set("maxmemory", 0)
    read = send(guest, blank(size=(320, 400)), "30", headers=PATIENT).ok()
    assert (read["processing_status"], worker.exit_code()) == ("done", None)


def test_it_stops_when_told(make, worker):
    read = send(make.guest(), blank(size=(300, 500)), "30", headers=PATIENT).ok()
    assert read["processing_status"] == "done"  # nothing is under way, nor is a child being made
    os.kill(worker.pid, signal.SIGTERM)
    try:
        wait_until(lambda: worker.exit_code() is not None, 30, "the worker's end")
    except TimeoutError:
        pytest.fail("\n".join(["the worker did not end:", *worker.lines]))
