"""bin/deploy under load: every request answered, every process new; or nothing changed."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.deploy_run import Load
from devstack.deploy import children
from devstack.process import wait_until
from devstack.serve import PROJECT
from tests.devstack.launcher import Launcher

GUESTS = 6


def deploy(launcher: Launcher, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devstack.deploy"],
        cwd=PROJECT,
        env=os.environ | launcher.serve_environment() | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@contextmanager
def load(port: int) -> Iterator[Counter[object]]:
    """GUESTS threads that ask without a pause; the outcomes by status or exception."""
    asking = Load(port, "/healthz")
    guests = [threading.Thread(target=asking.run) for _ in range(GUESTS)]
    for guest in guests:
        guest.start()
    try:
        wait_until(lambda: asking.outcomes[200] > GUESTS, 60, "the first answers")
        yield asking.outcomes
    finally:
        asking.over.set()
        for guest in guests:
            guest.join()


def test_a_deploy_under_load_fails_no_request(launch: Callable[..., Launcher]) -> None:
    launcher = launch()
    launcher.start()
    running = launcher.children()
    old = {name: children(running[name]) for name in ("web", "worker")}
    with load(launcher.port) as outcomes:
        done = deploy(launcher)
        served = outcomes[200]
        wait_until(lambda: outcomes[200] > served + GUESTS, 60, "answers by the new processes")
    assert done.returncode == 0, done.stderr
    assert set(outcomes) == {200}, outcomes
    assert launcher.children() == running
    for name, before in old.items():
        assert before and children(running[name]).isdisjoint(before), name
    assert f"web: {len(old['web'])} processes replaced" in done.stdout


def test_code_that_does_not_start_changes_nothing(launch: Callable[..., Launcher]) -> None:
    launcher = launch()
    launcher.start()
    web = launcher.children()["web"]
    before = children(web)
    done = deploy(launcher, JWT_SECRET="", NODE_ENV="production")
    assert done.returncode == 1
    assert "loading the new code aside failed; what was running still runs" in done.stderr
    assert "JWT_SECRET" in done.stderr
    assert children(web) == before


def test_without_a_process_to_replace_it_says_so() -> None:
    command = [sys.executable, "-m", "devstack.deploy"]
    nobody = os.environ | {"WEB_PIDFILE": ""}
    done = subprocess.run(command, cwd=PROJECT, env=nobody, capture_output=True, text=True)
    assert done.returncode == 1
    assert "WEB_PIDFILE is not set" in done.stderr
