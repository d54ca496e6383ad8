"""bin/serve with the real service: it gets ready, stops in order, and notices a death."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devstack.folders import scratch_folder
from devstack.ports import free_port, is_free
from devstack.process import Process, wait_until
from devstack.serve import PROJECT

START_SECONDS = 90.0


class Launcher:
    """One bin/serve on ports of its own, and everything it printed."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.lines: list[str] = []
        self.port, self.socket_port = free_port(), free_port()
        ports = {"PORT": str(self.port), "WS_PORT": str(self.socket_port)}
        outside = {name: text for name, text in os.environ.items() if "DATABASE" not in name}
        outside.pop("REDIS_URL", None)
        self.process = Process(
            "launcher",
            [sys.executable, "-m", "devstack.serve", "--data", data],
            self.lines.append,
            env=outside | ports | environment,
            cwd=PROJECT,
            stop_seconds=60,
        )

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def start(self) -> None:
        """Start, and wait until it says that it is ready."""
        self.process.start()
        wait_until(self._settled, START_SECONDS, "bin/serve getting ready")
        assert "Ctrl-C stops everything." in self.text, self.text

    def exit_status(self) -> int:
        """Wait for it to end by itself."""
        wait_until(lambda: self.process.exit_code() is not None, 60, "the end of bin/serve")
        return self.process.wait()

    def children(self) -> dict[str, int]:
        """The process ids of its children by a word of their command line."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in pids.split()}
        words = {"web": "gunicorn", "worker": "concurrency", "beat": "beat", "redis": "valkey"}
        return {
            name: next(pid for pid, command in commands.items() if word in command)
            for name, word in words.items()
        }

    def _settled(self) -> bool:
        return self.process.exit_code() is not None or "Ctrl-C stops" in self.text


@pytest.fixture
def launch() -> Iterator[Callable[..., Launcher]]:
    launchers: list[Launcher] = []
    with scratch_folder() as data:

        def make(**environment: str) -> Launcher:
            launchers.append(Launcher(data, **environment))
            return launchers[-1]

        yield make
        for launcher in launchers:
            launcher.process.stop()


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
