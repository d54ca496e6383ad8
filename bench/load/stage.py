"""The servers under test and what they stand on."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from bench.load.gauges import Processes
from devstack.mariadb import mariadb_server
from devstack.ports import free_port
from devstack.process import Process, ProcessFailed, Server, wait_until
from devstack.redis import redis_server

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
PEER_PACKAGES = (
    "express@4",
    "express-rate-limit@7",
    "jsonwebtoken@9",
    "multer@2",
    "mysql2@3",
    "sequelize@6",
)
DURABLE = (
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-log-file-size=256M",
    "--innodb-buffer-pool-size=1G",
    "--max-connections=300",
)
NO_LIMIT = "1000000000"
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Ground:
    """The database and the Redis under both servers."""

    database: Server
    redis: Server

    def url(self, name: str) -> str:
        """The address of one database on the server."""
        return self.database.url.replace("/points?", f"/{name}?")


@dataclass(frozen=True)
class Target:
    """A running server to send requests to."""

    name: str
    port: int
    processes: Processes


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """MariaDB in `folder`, every commit flushed to the disk, and a Redis."""
    with (
        mariadb_server(folder / "mariadb", *DURABLE) as database,
        redis_server(folder / "redis") as redis,
    ):
        yield Ground(database, redis)


def our_environment(ground: Ground, folder: Path, processes: int, threads: int) -> dict[str, str]:
    """The product as in production, but without TLS in front and with any login code accepted.

    The limits are counted for every request and so high that none is refused.
    """
    return {
        **os.environ,
        "APP_ENV": "development",
        "DATABASE_URL": ground.url("points"),
        "REDIS_URL": ground.redis.url,
        "JWT_SECRET": secrets.token_urlsafe(48),
        "JWT_REFRESH_SECRET": secrets.token_urlsafe(48),
        "ENCRYPTION_KEY": secrets.token_hex(32),
        "SMS_ACCEPT_ANY_CODE": "1",
        "STORAGE_DIR": str(folder / "storage"),
        "UPLOAD_WAIT_SECONDS": "0",
        "RATE_LIMIT_API": NO_LIMIT,
        "RATE_LIMIT_API_IP": NO_LIMIT,
        "RATE_LIMIT_DRAW": NO_LIMIT,
        "TRUSTED_PROXIES": "1",
        "LOG_FORMAT": "json",
        "WEB_CONCURRENCY": str(processes),
        "WEB_THREADS": str(threads),
        "PYTHONPATH": str(PROJECT),
    }


@contextmanager
def ours(environment: dict[str, str], log: Path) -> Iterator[Target]:
    """The product under gunicorn, as the Procfile starts it."""
    port = free_port()
    environment = {**environment, "PORT": str(port), "BIND_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
    with Process("gunicorn", command, log, env=environment, cwd=PROJECT) as process:
        _await(process, port, log)
        yield Target("ours", port, Processes(process.pid))


@contextmanager
def peer(environment: dict[str, str], folder: Path, log: Path) -> Iterator[Target]:
    """The Node service out of `folder`."""
    port = free_port()
    environment = {**environment, "PORT": str(port)}
    command = ["node", str(HERE / "peer.mjs"), "serve"]
    with Process("peer", command, log, env=environment, cwd=folder) as process:
        _await(process, port, log)
        yield Target("peer", port, Processes(process.pid))


def peer_environment(ground: Ground, ours: dict[str, str]) -> dict[str, str]:
    """The same secrets and the same number of processes, on a database of its own."""
    return {
        **os.environ,
        "NODE_ENV": "production",
        "WORKERS": ours["WEB_CONCURRENCY"],
        "DATABASE_URL": ground.url("peer").replace("mysql+pymysql", "mysql").partition("?")[0],
        "JWT_SECRET": ours["JWT_SECRET"],
        "JWT_REFRESH_SECRET": ours["JWT_REFRESH_SECRET"],
    }


def install_peer(folder: Path, environment: dict[str, str]) -> None:
    """Fetch the packages into `folder` and make the tables. Raises ProcessFailed."""
    if shutil.which("npm") is None:
        raise ProcessFailed("npm is missing: install nodejs and npm, or leave the peer out")
    folder.mkdir(exist_ok=True)
    fetch = ["npm", "install", "--silent", "--no-audit", "--no-fund", *PEER_PACKAGES]
    for command in (fetch, ["node", str(HERE / "peer.mjs"), "setup"]):
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True
        )
        if result.returncode:
            raise ProcessFailed(f"{command[0]} failed:\n{result.stdout}{result.stderr}")


def _await(process: Process, port: int, log: Path) -> None:
    try:
        wait_until(lambda: _ready(process, port), READY_SECONDS, process.name, every=0.1)
    except TimeoutError:
        raise ProcessFailed(f"{process.name} does not answer:\n{log.read_text()[-2000:]}") from None


def _ready(process: Process, port: int) -> bool:
    if process.exit_code() is not None:
        raise TimeoutError
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
