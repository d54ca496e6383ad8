"""bin/serve as a child process, and what it printed."""

import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from devstack.ports import free_port
from devstack.process import Process, wait_until
from devstack.serve import PROJECT

START_SECONDS = 90.0


class Launcher:
    """One bin/serve on ports of its own, and everything it printed."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.lines: list[str] = []
        self.data = data
        self.port, self.socket_port = free_port(), free_port()
        ports = {"PORT": str(self.port), "WS_PORT": str(self.socket_port)}
        outside = {name: text for name, text in os.environ.items() if "DATABASE" not in name}
        outside.pop("REDIS_URL", None)
        self.environment = outside | ports | environment
        self.process = Process(
            "launcher",
            [sys.executable, "-m", "devstack.serve", "--data", data, *options],
            self.lines.append,
            env=self.environment,
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

    def serve_environment(self) -> dict[str, str]:
        """What it tells another terminal, and its ports."""
        told = dotenv_values(self.data / "serve.env")
        return {**{name: text or "" for name, text in told.items()}, "PORT": str(self.port)}

    def _settled(self) -> bool:
        return self.process.exit_code() is not None or "Ctrl-C stops" in self.text
