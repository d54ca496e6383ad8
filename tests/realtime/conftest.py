"""A real gunicorn with a real Redis, and clients that see single frames."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from redis import Redis
from websocket import ABNF, WebSocket, create_connection

from devstack.ports import free_port
from devstack.process import Server, wait_until
from points_app.clients.redis import make_redis

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FAR = 4_000_000_000
PATIENCE = 15.0


class Guest:
    """A WebSocket client of one user."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.socket: WebSocket = create_connection(url, timeout=PATIENCE)
        try:
            self.greeting = self.hear()
            assert self.greeting["type"] == "connected"
        except BaseException:
            self.socket.shutdown()
            raise

    def hear(self) -> dict[str, Any]:
        """The next message."""
        opcode, payload = self.socket.recv_data()
        assert opcode == ABNF.OPCODE_TEXT, (opcode, payload)
        return json.loads(payload)

    def say(self, **message: object) -> None:
        self.socket.send(json.dumps(message))

    def caught_up(self) -> list[dict[str, Any]]:
        """Everything the server sent before it answers a ping sent now."""
        self.say(type="ping")
        heard = []
        while (message := self.hear())["type"] != "pong":
            heard.append(message)
        return heard

    def close_code(self) -> int:
        """The code of the close frame, skipping what comes before it."""
        opcode, payload = self.socket.recv_data()
        while opcode != ABNF.OPCODE_CLOSE:
            opcode, payload = self.socket.recv_data()
        return int.from_bytes(payload[:2])


class Site:
    """A running gunicorn."""

    def __init__(self, port: int, log: Path, process: Server) -> None:
        self.port = port
        self.log = log
        self.process = process
        self._guests: list[Guest] = []

    def url(self, user_id: int = 1, session: str = "s", expires: int = FAR, more: str = "") -> str:
        return f"ws://127.0.0.1:{self.port}/ws?token=u{user_id}.{session}.{expires}{more}"

    def guest(self, user_id: int = 1, **options: Any) -> Guest:
        guest = Guest(self.url(user_id, **options))
        self._guests.append(guest)
        return guest

    def vitals(self) -> dict[str, Any]:
        with urlopen(f"http://127.0.0.1:{self.port}/vitals", timeout=PATIENCE) as answer:
            return json.load(answer)

    def hang_up(self) -> None:
        """Close every guest's connection, without a goodbye."""
        for guest in self._guests:
            guest.socket.shutdown()
        self._guests.clear()

    def empty(self) -> None:
        """The same, and wait until the server has let go of them."""
        self.hang_up()
        eventually(lambda: self.vitals()["sockets"] == 0)


def eventually(condition: Callable[[], Any]) -> Any:
    return wait_until(condition, PATIENCE)


@contextmanager
def serve(
    folder: Path,
    redis_url: str,
    workers: int = 1,
    max_sockets: int = 3000,
    worker_connections: int = 1000,
) -> Iterator[Site]:
    port = free_port()
    log = folder / "gunicorn.log"
    argv = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread"]
    argv += ["-w", str(workers), "--threads", "16", "-b", f"127.0.0.1:{port}"]
    argv += ["--worker-connections", str(worker_connections)]
    argv += ["--access-logfile", "-", "--log-level", "debug", "--backlog", "512"]
    argv += ["-c", str(HERE / "guest_app.py")]
    environ = [f"PYTHONPATH={ROOT}:{HERE}", f"REDIS_URL={redis_url}", f"MAX_SOCKETS={max_sockets}"]
    process = Server(
        "gunicorn",
        ["env", *environ, *argv, "guest_app:create_app()"],
        log,
        url=f"http://127.0.0.1:{port}",
        is_ready=lambda: _answers(port),
    )
    with process:
        site = Site(port, log, process)
        try:
            yield site
        finally:
            site.hang_up()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/vitals", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def redis(redis_url: str) -> Iterator[Redis]:
    with make_redis(redis_url, timeout=5) as client:
        yield client


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("site"), redis_url) as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Iterator[Site]:
    yield shared_site
    shared_site.empty()


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Node finds the `ws` package."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: apt-get install npm")
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "ws@8"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    return folder
