"""Objects as files under one folder: the default, and enough for one machine."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from points_app.clients.storage.base import (
    ObjectMissing,
    Storage,
    StorageError,
    check_key,
)


class LocalStorage(Storage):
    """Files under ``root``, readable by this user only.

    A file appears whole or not at all (written aside, synced, renamed). The type of the content
    is not stored: the suffix of the key tells it to whoever serves the link.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: bytes, content_type: str) -> None:
        path = self._path(key)
        try:
            _make_folder(path.parent)
            _write_whole(path, content)
        except OSError as error:
            raise StorageError(f"cannot store {key}: {error.strerror}") from error

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise ObjectMissing(f"no object {key}") from None
        except OSError as error:
            raise StorageError(f"cannot read {key}: {error.strerror}") from error

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except NotADirectoryError:
            return  # a prefix of the key is an object, so nothing can be under it
        except OSError as error:
            raise StorageError(f"cannot delete {key}: {error.strerror}") from error

    def signed_url(self, key: str, expires_in: int) -> None:
        """None: files have no server of their own, the application lends them itself."""

    def objects(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self._root.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self._root).as_posix(), path.stat().st_size

    def used_ratio(self) -> float:
        """Of the disk that the folder is on."""
        try:
            _make_folder(self._root)
            disk = shutil.disk_usage(self._root)
        except OSError as error:
            raise StorageError(f"cannot look at the disk: {error.strerror}") from error
        return disk.used / disk.total

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)


def _make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents so that they survive a power cut."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _write_whole(path: Path, content: bytes) -> None:
    # No key can begin with a dot, so a half-written file cannot be asked for.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a new name in ``folder`` durable: syncing the file alone does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
