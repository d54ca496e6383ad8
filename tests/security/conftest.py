"""A real gunicorn of two processes, for what only shows on a socket."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from devstack.ports import free_port
from devstack.process import Server

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """Where the server listens, and what it wrote."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def site(environment: dict[str, str], migrated: None, tmp_path_factory) -> Iterator[Site]:
    """The product behind one trusted proxy: two processes of few threads."""
    port, log = free_port(), tmp_path_factory.mktemp("site") / "gunicorn.log"
    settings = {
        **environment,
        "PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "4",
        "TRUSTED_PROXIES": "1",
        "UPLOAD_WAIT_SECONDS": "0",
        "BODY_SECONDS": "2",
        "PATH": os.environ["PATH"],
    }
    words = [f"{name}={text}" for name, text in settings.items()]
    command = [
        "env",
        *words,
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        str(ROOT / "gunicorn.conf.py"),
    ]
    process = Server(
        "gunicorn",
        [*command, "--chdir", str(ROOT), "wsgi:app"],
        log,
        url=f"http://127.0.0.1:{port}",
        is_ready=lambda: _answers(port),
        start_seconds=90,
    )
    with process:
        yield Site(port, log)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
