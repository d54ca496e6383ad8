"""Whole databases into files and back, by the databases' own tools.

MySQL and MariaDB by `mysqldump`/`mariadb-dump` and their client, SQLite by its backup API; each
takes one consistent snapshot while the service runs.
"""

import gzip
import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

CHUNK_BYTES = 1024 * 1024
DUMP_TOOLS = ("mariadb-dump", "mysqldump")
LOAD_TOOLS = ("mariadb", "mysql")
DUMP_OPTIONS = (
    "--single-transaction",
    "--quick",
    "--skip-lock-tables",
    "--hex-blob",
    "--triggers",
    "--no-tablespaces",
    "--default-character-set=utf8mb4",
)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Database:
    """Where a database is: a file (`kind` sqlite, `name` its path) or a server's."""

    kind: str
    name: str
    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class DumpFailed(Exception):
    """A tool is missing or failed; the text says what to do and holds no password."""


def dump(database: Database, path: Path, progress: Progress) -> str:
    """Write the database to `path`, compressed; returns the SHA-256 of the file in hex.

    `progress` hears the bytes written so far, before compression. Raises DumpFailed.
    """
    if database.kind == "sqlite":
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            copy = Path(folder) / "copy.db"
            with closing(_sqlite(database)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            with copy.open("rb") as stream:
                _compress(stream, path, progress)
        return checksum(path)
    with _options_file(database) as options:
        command = [_tool(DUMP_TOOLS), f"--defaults-extra-file={options}", *DUMP_OPTIONS]
        with _running([*command, _name(database)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            _compress(process.stdout, path, progress)
    return checksum(path)


def load(database: Database, path: Path, progress: Progress) -> None:
    """Fill the empty database with what `dump` wrote. Raises DumpFailed."""
    if database.kind == "sqlite":
        target = Path(database.name)
        with gzip.open(path) as stream, target.open("wb") as file:
            _copy(stream, file, progress)
        return
    with _options_file(database) as options:
        command = [_tool(LOAD_TOOLS), f"--defaults-extra-file={options}", _name(database)]
        with (
            _running(command, stdin=subprocess.PIPE) as process,
            gzip.open(path) as stream,
        ):
            assert process.stdin is not None
            with process.stdin as tool:
                _copy(stream, tool, progress)


def checksum(path: Path) -> str:
    """The SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compress(stream: IO[bytes], path: Path, progress: Progress) -> None:
    # The time in the header is left out: the same content gives the same file.
    with path.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        _copy(stream, packed, progress)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


def _copy(source: Readable, target: Writable, progress: Progress) -> None:
    done = 0
    while piece := source.read(CHUNK_BYTES):
        target.write(piece)
        done += len(piece)
        progress(done)


@contextmanager
def _running(
    command: list[str], stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The tool while the block feeds or reads it. Raises DumpFailed with its last words."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=said)
        with process:
            try:
                yield process
            except BrokenPipeError:
                process.wait()  # its own words below are the better explanation
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()[-500:]
            raise DumpFailed(f"{Path(command[0]).name} failed: {words}")


@contextmanager
def _options_file(database: Database) -> Iterator[str]:
    """Address and password in a file only we can read: command lines are seen by everybody."""
    lines = {
        "host": database.host,
        "port": database.port,
        "user": database.user,
        "password": database.password,
    }
    descriptor, path = tempfile.mkstemp(prefix="points-", suffix=".cnf")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("[client]\n")
            for name, value in lines.items():
                if value is not None:
                    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
                    file.write(f'{name}="{text}"\n')
        yield path
    finally:
        os.unlink(path)


def _tool(names: tuple[str, ...]) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise DumpFailed(
        f"{' or '.join(names)} is not installed. On Debian: apt-get install mariadb-client"
    )


def _name(database: Database) -> str:
    if not database.name:
        raise DumpFailed("DATABASE_URL names no database")
    return database.name


def _sqlite(database: Database) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database.name}?mode=ro", uri=True)
