"""A private MariaDB server for tests and measurements: fast, strict, and forgotten afterwards."""

import getpass
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

from devstack.ports import free_port
from devstack.process import ProcessFailed, Server

DATABASE = "points"
SQL_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
INSTALL = "apt-get install -y --no-install-recommends mariadb-server-core mariadb-client"


@contextmanager
def mariadb_server(folder: Path, *options: str) -> Iterator[Server]:
    """Run a server with an empty database, its files in `folder`, on a free loopback port.

    Commits do not wait for the disk unless `options`, which come last, say so; put `folder` in
    `scratch_folder()` otherwise. Works as root or as anyone else. Raises ProcessFailed when MariaDB
    is not installed or does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    _create(folder)
    server = Server(
        "mariadb",
        [_program("mariadbd"), "--no-defaults", *_settings(folder, port), *options],
        folder / "mariadb.log",
        url=f"mysql+pymysql://root@127.0.0.1:{port}/{DATABASE}?charset=utf8mb4",
        is_ready=lambda: _answers(port),
    )
    with server:
        with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection:
            connection.cursor().execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        yield server


def _create(folder: Path) -> None:
    """Write the system tables of a new server into `folder`."""
    if (folder / "data").exists():
        return
    command = [
        _program("mariadb-install-db"),
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
        f"--datadir={folder / 'data'}",
        f"--tmpdir={folder}",
        "--innodb-log-file-size=10M",
        *_as_this_user(),
    ]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if result.returncode:
        raise ProcessFailed(f"mariadb-install-db failed:\n{result.stdout}{result.stderr}")


def _settings(folder: Path, port: int) -> list[str]:
    """The settings of production that matter to queries, with durability traded for speed."""
    return [
        f"--datadir={folder / 'data'}",
        # A server that starts deletes the temporary tables it finds, whoever is using them.
        f"--tmpdir={folder}",
        f"--socket={folder / 's'}",
        f"--pid-file={folder / 'p'}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_unicode_ci",
        "--default-time-zone=+00:00",
        "--transaction-isolation=READ-COMMITTED",
        f"--sql-mode={SQL_MODE}",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=10M",
        *_as_this_user(),
    ]


def _as_this_user() -> list[str]:
    """As root the server refuses to run unless told so by name."""
    return ["--user=root"] if getpass.getuser() == "root" else []


def _program(name: str) -> str:
    """The path of a MariaDB program; Debian keeps the server off other users' PATH."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise ProcessFailed(f"{name} is not installed. As root: {INSTALL}")
    return path


def _answers(port: int) -> bool:
    try:
        pymysql.connect(host="127.0.0.1", port=port, user="root", connect_timeout=1).close()
    except pymysql.OperationalError:
        return False
    return True
