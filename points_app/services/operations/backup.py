"""A backup: the database in one consistent file, the list of pictures, and what proves both.

Pictures themselves stay in object storage, which keeps versions better than a folder could; the
list tells what must be there. Redis holds no truth and is not part of it.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from points_app.clients import dumps
from points_app.database.session import db, execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.audit import AuditEntry
from points_app.services.audit import trail
from points_app.wire.formats import iso

log = logging.getLogger(__name__)

TARGET = "backup"
DATABASE_FILE = "database.gz"
OBJECTS_FILE = "objects.jsonl"
MANIFEST_FILE = "manifest.json"

Progress = Callable[[str, int], None]


class BackupRefused(Exception):
    """The folder or the database is not in the state that is needed; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `checksums` are SHA-256 in hex by file name."""

    made_at: str
    kind: str
    revision: str | None
    objects: int
    checksums: dict[str, str]


def create(folder: Path, progress: Progress) -> Manifest:
    """Write a backup of the running service into `folder`, which must be new or empty.

    The database first: every picture its rows call stored is in the list taken afterwards.
    `progress` hears what is being written, and how many bytes or objects so far. Raises
    BackupRefused, dumps.DumpFailed, StorageError, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty: name a new folder")
    try:
        manifest = _write(folder, progress)
    except BaseException:  # a half that is left would keep the next try out
        for name in (DATABASE_FILE, OBJECTS_FILE, MANIFEST_FILE):
            (folder / name).unlink(missing_ok=True)
        raise
    try:
        _note(manifest)
    except DBAPIError as error:  # a replica is a good place to take a backup from
        log.warning("backup_not_noted", extra={"error": type(error).__name__})
    return manifest


def _write(folder: Path, progress: Progress) -> Manifest:
    where = _where()
    database = dumps.dump(where, folder / DATABASE_FILE, lambda done: progress("database", done))
    objects = _list_objects(folder / OBJECTS_FILE, progress)
    manifest = Manifest(
        made_at=iso(utcnow()),
        kind=where.kind,
        revision=_revision(),
        objects=objects,
        checksums={
            DATABASE_FILE: database,
            OBJECTS_FILE: dumps.checksum(folder / OBJECTS_FILE),
        },
    )
    (folder / MANIFEST_FILE).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


@transactional
def _note(manifest: Manifest) -> None:
    trail.record(None, "backup.create", TARGET, {"objects": manifest.objects})


def last_made() -> datetime | None:
    """When the last backup was noted in this database."""
    made = select(AuditEntry.created_at).where(AuditEntry.target == TARGET)
    return execute(made.order_by(AuditEntry.id.desc()).limit(1)).scalar()


def check(folder: Path) -> Manifest:
    """The manifest of a backup whose files are whole. Raises BackupRefused."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST_FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupRefused(f"{folder} holds no backup: {MANIFEST_FILE}: {error}") from None
    for name, expected in manifest.checksums.items():
        path = folder / name
        if not path.is_file() or dumps.checksum(path) != expected:
            raise BackupRefused(f"{path} is damaged or missing: take another backup")
    return manifest


def restore(folder: Path, progress: Progress) -> list[str]:
    """Fill an empty database from a backup; returns the keys of pictures the storage lacks.

    Raises BackupRefused when the backup is damaged, is of another kind of database, or when the
    database is not empty; dumps.DumpFailed.
    """
    manifest = check(folder)
    where = _where()
    if manifest.kind != where.kind:
        raise BackupRefused(f"the backup is of {manifest.kind}, DATABASE_URL names another kind")
    if inspect(db.engine).get_table_names():
        raise BackupRefused(
            "the database is not empty: name a new one in DATABASE_URL (nothing was changed)"
        )
    db.engine.dispose()
    dumps.load(where, folder / DATABASE_FILE, lambda done: progress("database", done))
    present = {key for key, _ in parts.storage.objects()}
    listed = [json.loads(line)["key"] for line in _lines(folder / OBJECTS_FILE)]
    return [key for key in listed if key not in present]


def _lines(path: Path) -> Iterator[str]:
    with path.open() as file:
        yield from file


def _list_objects(path: Path, progress: Progress) -> int:
    count = 0
    with path.open("w") as file:
        for key, size in parts.storage.objects():
            file.write(json.dumps({"key": key, "bytes": size}) + "\n")
            count += 1
            progress("objects", count)
    return count


def _where() -> dumps.Database:
    url = db.engine.url
    kind, name = url.get_backend_name(), url.database or ""
    return dumps.Database(kind, name, url.host, url.port, url.username, url.password)


def _revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
