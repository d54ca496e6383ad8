"""Starting and weighing the two servers that `bench/relay` compares."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
NODE_PACKAGES = ("ws@8", "ioredis@5", "jsonwebtoken@9")
START_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: `pid` is the process that holds the sockets."""

    port: int
    pid: int

    def cpu(self) -> float:
        """CPU seconds used so far, user and system, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        """Private memory in bytes."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        lines = [line.split() for line in rollup.splitlines()[1:]]
        return 1024 * sum(int(line[1]) for line in lines if line[0].startswith("Private"))


def install_node_packages(folder: Path) -> None:
    """Put the Node server and its packages into `folder`; needs npm."""
    if shutil.which("npm") is None:
        sys.exit("npm is missing: install nodejs and npm, or run with --only ours")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *NODE_PACKAGES]
    subprocess.run(command, cwd=folder, check=True)
    shutil.copy(BENCH / "relay_node.mjs", folder)


@contextmanager
def ours(redis_port: int, secret: str) -> Iterator[Server]:
    """The product's relay under gunicorn, one gthread worker."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread"]
    command += ["-w", "1", "--threads", "32", "--backlog", "2048", "-b", f"127.0.0.1:{port}"]
    command += ["--log-level", "error", "relay_app:create_app()"]
    environ = dict(os.environ, REDIS_URL=f"redis://127.0.0.1:{redis_port}", BENCH_SECRET=secret)
    environ["PYTHONPATH"] = f"{BENCH}:{BENCH.parent}"
    with _running(command, environ, port) as process:
        yield Server(port, _innermost(process.pid))


@contextmanager
def node(redis_port: int, secret: str, folder: Path, key_object: bool) -> Iterator[Server]:
    """The Node server out of `folder`; with `key_object` its secret is prepared once."""
    port = _free_port()
    environ = dict(os.environ, PORT=str(port), REDIS_PORT=str(redis_port), BENCH_SECRET=secret)
    environ["KEY_OBJECT"] = "1" if key_object else ""
    with _running(["node", str(folder / "relay_node.mjs")], environ, port) as process:
        yield Server(port, _innermost(process.pid))


def _innermost(pid: int) -> int:
    """The process that serves: gunicorn's worker, the Node behind a package's launcher."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _innermost(int(children[0])) if children else pid


@contextmanager
def _running(
    command: list[str], environ: dict[str, str], port: int
) -> Iterator[subprocess.Popen[bytes]]:
    # From here, because gunicorn reads the product's gunicorn.conf.py where it finds it.
    process = subprocess.Popen(
        command, env=environ, cwd=BENCH, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _await_port(port, process)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers HTTP, which gunicorn's listening alone does not mean."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as sock:
                sock.sendall(b"GET /clock HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                if sock.recv(12):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"a server did not start: {json.dumps(process.args)}")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
