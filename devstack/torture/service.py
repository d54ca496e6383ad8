"""The service under torture: production's processes on MariaDB, Redis and S3, each breakable."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devstack.deploy import children
from devstack.environment import development_environment
from devstack.mariadb import mariadb_server
from devstack.ports import free_port
from devstack.process import Process, ProcessFailed, Server
from devstack.redis import redis_server
from devstack.s3 import S3Server, s3_server
from devstack.serve import PROJECT, procfile

WORKERS = 2
# A killed server must keep what it acknowledged.
DURABLE = "--innodb-flush-log-at-trx-commit=1"
UNLIMITED = "1000000"


@dataclass
class Service:
    """Every process by its part. Start and stop them from the main thread."""

    environment: dict[str, str]
    mariadb: Server
    redis: Server
    s3: S3Server
    web: Process
    workers: list[Process]
    beat: Process
    ended: Counter[str] = field(default_factory=Counter)

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])

    def web_workers(self) -> list[int]:
        """The pids of gunicorn's workers."""
        return sorted(children(self.web.pid))

    def worker_children(self) -> list[int]:
        """The pids of the processes in which Celery runs tasks."""
        return [pid for worker in self.workers for pid in children(worker.pid)]

    def restart_web(self) -> None:
        """What a supervisor does: end what is left of the web processes and start them anew."""
        self.web.kill()
        self.web.start()

    def revive(self) -> None:
        """Start again what ended by itself, as a supervisor does, and count it: nothing should."""
        for process in (self.web, *self.workers, self.beat):
            if process.exit_code() is not None:
                self.ended[process.name] += 1
                process.kill()
                process.start()

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `flask` command of the service."""
        return subprocess.run(
            ["flask", "--app", "wsgi", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
        )


@contextmanager
def running_service(folder: Path) -> Iterator[Service]:
    """The whole service with its files and logs in `folder`."""
    with ExitStack() as stack:
        mariadb = stack.enter_context(mariadb_server(folder / "mariadb", DURABLE))
        redis = stack.enter_context(redis_server(folder / "redis"))
        s3 = stack.enter_context(s3_server(folder / "s3"))
        environment = _environment(folder, mariadb, redis, s3)
        web, *workers, beat = processes = _processes(folder, environment)
        service = Service(environment, mariadb, redis, s3, web, workers, beat)
        for step in (("db", "upgrade"), ("seed", "--accounts")):
            done = service.flask(*step)
            if done.returncode:
                raise ProcessFailed(f"flask {' '.join(step)} failed:\n{done.stdout}{done.stderr}")
        for process in processes:
            stack.enter_context(process)
        yield service


def _environment(folder: Path, mariadb: Server, redis: Server, s3: S3Server) -> dict[str, str]:
    environment = development_environment(PROJECT, folder)
    for name in ("NODE_ENV", "WS_PORT"):
        environment.pop(name, None)
    return environment | {
        "APP_ENV": "development",
        "PORT": str(free_port()),
        "DATABASE_URL": mariadb.url,
        "REDIS_URL": redis.url,
        "SMS_ACCEPT_ANY_CODE": "1",
        # Every phone of the crowd has an address of its own, as behind a proxy.
        "TRUSTED_PROXIES": "1",
        "RATE_LIMIT_API": UNLIMITED,
        "RATE_LIMIT_API_IP": UNLIMITED,
        "RATE_LIMIT_DRAW": UNLIMITED,
        "WEB_CONCURRENCY": "2",
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "json",
        **s3.settings,
    }


def _processes(folder: Path, environment: dict[str, str]) -> list[Process]:
    """Web, workers, beat: the Procfile's commands, with a name for each worker."""
    commands = procfile(PROJECT / "Procfile")
    named = [(f"worker{n}", f"{commands['worker']} -n w{n}@torture") for n in range(WORKERS)]
    wanted = [("web", commands["web"]), *named, ("beat", commands["beat"])]
    return [
        Process(
            name,
            ["sh", "-c", f"exec {command}"],
            folder / f"{name}.log",
            env=environment,
            cwd=PROJECT,
            stop_seconds=25.0,
        )
        for name, command in wanted
    ]


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal; False when the process is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
