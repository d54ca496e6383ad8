"""The servers under bin/serve: whatever the environment does not name is started here."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from devstack.mariadb import mariadb_server
from devstack.process import Process, Server
from devstack.redis import redis_server

Say = Callable[[str], object]


def start_servers(
    stack: ExitStack, environment: dict[str, str], data: Path, say: Say, like_production: bool
) -> list[Process]:
    """Start what is missing, name it in `environment`, and stop it with `stack`.

    Always Redis; `like_production` also MariaDB and S3. Raises ProcessFailed.
    """
    started: list[Process] = []
    if not environment.get("REDIS_URL"):
        server = stack.enter_context(_told(say, "redis", redis_server(data / "redis", None, True)))
        environment["REDIS_URL"] = server.url
        started.append(server)
    if not like_production:
        return started
    if environment.get("DATABASE_URL", "sqlite").startswith("sqlite"):
        server = stack.enter_context(_told(say, "mariadb", mariadb_server(data / "mariadb")))
        environment["DATABASE_URL"] = server.url
        started.append(server)
    if not environment.get("SEALOS_BUCKET"):
        from devstack.s3 import s3_server  # its package is for development only

        server = stack.enter_context(_told(say, "s3", s3_server(data / "s3")))
        environment.update(server.settings)
        started.append(server)
    return started


@contextmanager
def _told(say: Say, name: str, running: AbstractContextManager[Server]) -> Iterator[Server]:
    began = time.monotonic()
    try:
        with running as server:
            say(f"{name} at {server.url} ({time.monotonic() - began:.1f} s)")
            yield server
    finally:
        say(f"stopped {name}")
