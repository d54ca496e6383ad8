"""The product under a real gunicorn, with its own configuration, started as an operator would."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from devstack.certificate import self_signed
from devstack.ports import free_port
from devstack.process import Server
from devstack.serve import PROJECT


@dataclass(frozen=True)
class Site:
    """Where the server listens, its master process, and what it wrote."""

    port: int
    log: Path
    process: Server

    def healthy(self, seconds: float = 20) -> bool:
        """Whether /healthz answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=seconds) as answer:
                return answer.status == 200
        except OSError:
            return False

    def workers(self) -> list[int]:
        """The process ids of the web processes."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def open_site(
    environment: dict[str, str], migrated: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Site]]:
    """Start the web process, by way of the words `through`, with more or other variables."""
    with ExitStack() as running:

        def start(through: Sequence[str] = (), log: Path | None = None, **variables: str) -> Site:
            port = free_port()
            log = log or tmp_path_factory.mktemp("site") / "gunicorn.log"
            settings = {"PORT": str(port), "BIND_HOST": "127.0.0.1", "WEB_CONCURRENCY": "1"}
            settings |= {**environment, "PATH": os.environ["PATH"], **variables}
            words = ["env", *(f"{name}={text}" for name, text in settings.items()), *through]
            words += [sys.executable, "-m", "gunicorn", "--chdir", str(PROJECT)]
            words += ["-c", str(PROJECT / "gunicorn.conf.py"), "wsgi:app"]
            url = f"http://127.0.0.1:{port}"
            process = Server(
                "gunicorn", words, log, url=url, is_ready=lambda: site.healthy(), start_seconds=90
            )
            site = Site(port, log, process)
            running.enter_context(process)
            return site

        yield start


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A key and a certificate for 127.0.0.1 that vouches for itself, in one folder."""
    return self_signed(tmp_path_factory.mktemp("tls"))
