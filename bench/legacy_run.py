"""Time `flask import-legacy` on a made database of the first backend, then backup and restore."""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pymysql

from devstack import legacy
from devstack.environment import development_environment
from devstack.folders import scratch_folder
from devstack.mariadb import mariadb_server
from devstack.redis import redis_server
from devstack.serve import PROJECT


def main() -> None:
    """Make, move, and print seconds, rows a second and the importer's memory."""
    parser = argparse.ArgumentParser(prog="bench/legacy", description=__doc__)
    parser.add_argument("--guests", type=int, default=100_000, help="default: %(default)s")
    guests = parser.parse_args().guests
    with (
        scratch_folder() as folder,
        mariadb_server(folder / "db") as database,
        redis_server(folder / "redis") as redis,
    ):
        old = database.url.replace("/points?", "/first_backend?")
        port = int(database.url.split(":")[-1].split("/")[0])
        with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection:
            for name in ("first_backend", "restored"):
                connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        _timed(f"making {guests} guests", lambda: legacy.make(old, guests))
        environment = development_environment(PROJECT, folder)
        environment |= {"DATABASE_URL": database.url, "REDIS_URL": redis.url}
        environment["LEGACY_DATABASE_URL"] = old
        for title, command in (
            ("migrating", ["db", "upgrade"]),
            ("looking", ["import-legacy"]),
            ("moving, sealing, proving", ["import-legacy", "--write"]),
        ):
            seconds = _timed(title, lambda command=command: _flask(command, environment))
        backup = str(folder / "backup")
        _timed("backup", lambda: _flask(["backup", backup], environment))
        elsewhere = environment | {"DATABASE_URL": database.url.replace("/points?", "/restored?")}
        _timed("restore", lambda: _flask(["restore", backup], elsewhere))
        _timed("proving what was restored", lambda: _flask(["prove", "--quiet"], elsewhere))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{guests / seconds:.0f} guests a second; largest process {memory} MB (the database's)")


def _timed(title: str, work) -> float:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    print(f"{title}: {seconds:.1f} s", flush=True)
    return seconds


def _flask(command: list[str], environment: dict[str, str]) -> None:
    program = Path(sys.executable).with_name("flask")
    done = subprocess.run(
        [program, "--app", "wsgi", *command],
        cwd=PROJECT,
        env=os.environ | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    print(done.stdout, end="")
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
