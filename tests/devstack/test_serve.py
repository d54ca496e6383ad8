"""bin/serve with the real service: it gets ready, stops in order, and notices a death."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from devstack.ports import free_port, is_free
from devstack.serve import PROJECT
from tests.devstack.launcher import Launcher


def test_it_serves_both_ports_and_stops_everything_in_order(
    launch: Callable[..., Launcher],
) -> None:
    launcher = launch()
    launcher.start()
    for port in (launcher.port, launcher.socket_port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            assert answer.status == 200
    children = launcher.children()
    assert set(children) == {"web", "worker", "beat", "redis"}
    in_words = [line for line in launcher.lines if " request  method=GET route=/readyz" in line]
    assert in_words and all(line.startswith("web     | ") for line in in_words)
    kept = [json.loads(line) for line in (launcher.data / "serve.log").read_text().splitlines()]
    assert {"serve", "web", "worker"} <= {entry["process"] for entry in kept}
    assert any(entry.get("route") == "/readyz" and entry["status"] == 200 for entry in kept)

    second = launch()
    second.process.start()
    assert second.exit_status() == 1
    assert "already: stop it, or start a second one" in second.text

    os.kill(launcher.process.pid, signal.SIGINT)
    assert launcher.exit_status() == 0
    stopped = [line.split()[-1] for line in launcher.lines if "| stopped" in line]
    assert stopped == ["web", "worker", "beat", "redis", "stopped"]
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())
    assert is_free(launcher.port)


def test_a_dead_child_stops_the_rest_and_is_named(launch: Callable[..., Launcher]) -> None:
    launcher = launch()
    launcher.start()
    children = launcher.children()
    os.kill(children["worker"], signal.SIGKILL)
    assert launcher.exit_status() == 1
    assert "worker ended by itself (-9): stopping everything" in launcher.text
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())


def test_a_taken_port_is_explained_and_nothing_starts(launch: Callable[..., Launcher]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        launcher = launch(WS_PORT=port)
        launcher.process.start()
        assert launcher.exit_status() == 1
    assert f"port {port} is taken" in launcher.text
    assert "WS_PORT=N bin/serve" in launcher.text
    assert "redis" not in launcher.text


@pytest.mark.parametrize(
    ("folder", "said"),
    [("/proc/points", "No such file or directory"), ("/dev/null/points", "Not a directory")],
)
def test_a_folder_that_cannot_be_is_one_line(folder: str, said: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "devstack.serve", "--data", folder],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1 and not result.stderr
    assert result.stdout == f"serve   | {said}: {folder}. Another folder: bin/serve --data FOLDER\n"


def test_a_database_that_is_down_ends_the_start_with_its_step(
    launch: Callable[..., Launcher],
) -> None:
    nowhere = f"mysql+pymysql://root@127.0.0.1:{free_port()}/points"
    launcher = launch(DATABASE_URL=nowhere)
    launcher.process.start()
    assert launcher.exit_status() == 1
    assert "migrating the database failed" in launcher.text


def test_the_commands_are_not_needed_for_help() -> None:
    """argparse answers before the packages are imported."""
    result = subprocess.run(
        [sys.executable, "-S", "-m", "devstack.serve", "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert result.stdout.startswith("usage: bin/serve"), result.stderr
