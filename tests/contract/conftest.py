"""The service as guests meet it: gunicorn and a worker on MariaDB and Redis, limits lifted."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask

from devstack.ports import free_port
from devstack.process import Process, Server
from devstack.serve import procfile
from tests.kept import empty_database

PROJECT = Path(__file__).resolve().parent.parent.parent
LIFTED = {
    "RATE_LIMIT_API": "1000000",
    "RATE_LIMIT_API_IP": "1000000",
    "RATE_LIMIT_DRAW": "1000000",
    "SMS_ACCEPT_ANY_CODE": "1",
    "WEB_CONCURRENCY": "2",
    "BIND_HOST": "127.0.0.1",
}


@dataclass(frozen=True)
class Site:
    """A running server, its log, and an app on the same database to arrange things with."""

    url: str
    log: Path
    app: Flask


@pytest.fixture(scope="module")
def site(environment: dict[str, str], migrated: None, scratch: Path) -> Iterator[Site]:
    from points_app import create_app
    from points_app.config import Settings
    from points_app.database.session import db
    from points_app.services.operations import seeding

    app = create_app(Settings.from_env(environment | LIFTED))
    with app.app_context():
        empty_database()
        app.extensions["parts"].redis.flushdb()
        seeding.load_first_data()
        db.session.remove()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    variables = environment | LIFTED | {"PORT": str(port), "PUBLIC_URL": url}
    commands = procfile(PROJECT / "Procfile")
    log = scratch / "site.log"
    web = Server("web", _argv(commands["web"], variables), log, url=url, is_ready=lambda: _up(url))
    with web, Process("worker", _argv(commands["worker"], variables), log):
        yield Site(url, log, app)
    with app.app_context():
        db.engine.dispose()


def _argv(command: str, variables: dict[str, str]) -> list[str]:
    """A Procfile's command, with the programs of this environment."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = [f"{name}={value}" for name, value in {**variables, "PATH": programs}.items()]
    return ["env", *settings, "/bin/sh", "-c", f"exec {command}"]


def _up(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def node() -> str:
    """Node from the environment's own wheel: it has a WebSocket, which Debian's has not."""
    return str(Path(sys.executable).parent / "node")
