"""Real processes: metrics added up across gunicorn's workers and Celery's, one log line each."""

import json
import os
import re
import signal
import urllib.request
from pathlib import Path

import pytest

from devstack.ports import free_port
from devstack.process import wait_until
from tests.devstack.conftest import launch as launch

PATIENCE = 60


@pytest.fixture
def running(launch):
    worker_port = free_port()
    launcher = launch(WORKER_METRICS_PORT=str(worker_port), LOG_FORMAT="json", WEB_CONCURRENCY="2")
    launcher.worker_port = worker_port
    launcher.start()
    return launcher


def fetch(port, path, **headers):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode()


def value(text, name):
    """The sum of a metric over its labels."""
    lines = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    return sum(float(each) for each in lines)


def json_lines(launcher, name):
    """What one process logged, by line."""
    found = []
    for line in launcher.lines:
        text = line.partition("| ")[2]
        if line.startswith(name) and text.startswith("{"):
            found.append(json.loads(text))
    return found


def test_metrics_and_logs_of_real_processes(running):
    for number in range(40):
        fetch(running.port, "/openapi.json", **{"X-Request-ID": f"guest-{number}"})
    counted = fetch(running.port, "/metrics")
    assert value(counted, "points_http_requests_total") >= 40
    assert value(counted, "points_db_pool_size") == 64
    assert value(counted, "points_sockets") == 0

    wait_until(
        lambda: value(fetch(running.worker_port, "/metrics"), "points_tasks_total") >= 1,
        PATIENCE,
        "the worker's first task",
    )
    wait_until(
        lambda: value(fetch(running.port, "/metrics"), "points_guests") == 3,
        PATIENCE,
        "the figures the worker gathers",
    )
    requests = {line["request_id"]: line for line in json_lines(running, "web") if "route" in line}
    line = requests["guest-7"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/openapi.json", 200)
    assert {"ms", "queries", "user_id", "code"} <= set(line)
    tasks = [line for line in json_lines(running, "worker") if "task" in line]
    assert {"task", "outcome", "ms", "queries", "request_id"} <= set(tasks[0])

    folder = running_metrics_folder(running)
    running.process.stop()
    assert not folder.exists(), "the master left its files in memory"


def running_metrics_folder(launcher) -> Path:
    web = launcher.children()["web"]
    (child, *_) = Path(f"/proc/{web}/task/{web}/children").read_text().split()
    variables = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
    mapped = Path(f"/proc/{child}/maps").read_text()
    found = re.search(r"(/\S*points-metrics-[^/\s]+)/", mapped)
    assert found, variables
    return Path(found[1])


def test_a_worker_that_dies_leaves_its_counts_and_takes_its_gauges(running):
    fetch(running.port, "/healthz")
    before = value(fetch(running.port, "/metrics"), "points_http_requests_total")
    web = running.children()["web"]
    children = Path(f"/proc/{web}/task/{web}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)

    def replaced():
        now = Path(f"/proc/{web}/task/{web}/children").read_text().split()
        return len(now) == 2 and not set(now) & set(children)

    wait_until(replaced, PATIENCE, "new web workers")
    wait_until(
        lambda: value(fetch(running.port, "/metrics"), "points_db_pool_size") == 64,
        PATIENCE,
        "the gauges of the new workers, and of nobody else",
    )
    assert value(fetch(running.port, "/metrics"), "points_http_requests_total") >= before
