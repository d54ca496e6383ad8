"""What an object storage is: private bytes under a key, lent out by links that expire."""

import re
import uuid
from collections.abc import Iterator
from typing import Protocol

# The narrow alphabet is the same for disk and S3: no path can leave its root, and no key needs
# encoding in a URL. Every segment starts with a letter or a digit, so ".." cannot be written.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
MAX_KEY_LENGTH = 200
MAX_LINK_SECONDS = 7 * 24 * 3600  # the longest that S3's Signature Version 4 allows


class StorageError(Exception):
    """The storage refused or is not reachable. The text holds no credential and no signed URL."""


class ObjectMissing(StorageError):
    """There is no object under this key."""


class AccessRefused(StorageError):
    """The storage does not let us look. S3 also says so of a missing key, to who may not list."""


class Storage(Protocol):
    """Private objects. Keys are made by the service, such as ``receipts/2026/01/UP….jpg``."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store or replace the object; it is durable on return. Raises StorageError."""
        ...

    def get(self, key: str) -> bytes:
        """Return the object. Raises ObjectMissing, AccessRefused, StorageError."""
        ...

    def delete(self, key: str) -> None:
        """Delete the object; one that is not there is deleted already. Raises StorageError."""
        ...

    def signed_url(self, key: str, expires_in: int) -> str | None:
        """A link that lends the object for ``expires_in`` seconds, without looking whether it
        exists; None when this storage cannot serve objects to strangers.

        Raises StorageError for a lifetime outside 1 second to 7 days.
        """
        ...

    def objects(self) -> Iterator[tuple[str, int]]:
        """Every object: its key and its size in bytes. Raises StorageError."""
        ...

    def used_ratio(self) -> float | None:
        """The used share of the room there is, 0 to 1; None where none is known.

        Raises StorageError.
        """
        ...

    def check(self) -> None:
        """Write, read and delete a probe object. Raises StorageError, also where the storage said
        yes to the write and kept nothing."""
        key, content = f"probe/{uuid.uuid4().hex}.txt", b"probe"
        self.put(key, content, "text/plain")
        try:
            if not holds(self, key, content):
                raise StorageError("the storage took an object and did not keep it")
        finally:
            self.delete(key)


def holds(storage: Storage, key: str, content: bytes | None = None) -> bool:
    """Whether the object is there, and is `content` where that is given. The answer to a write or a
    delete is a promise; this is a look. Raises StorageError, but for AccessRefused: what we may not
    look at we do not hold.
    """
    try:
        found = storage.get(key)
    except (ObjectMissing, AccessRefused):
        return False
    return content is None or found == content


def check_key(key: str) -> str:
    """Return ``key`` when it is a safe one. Raises StorageError."""
    if len(key) > MAX_KEY_LENGTH or not _KEY.fullmatch(key):
        raise StorageError("not a storage key: use letters, digits, '.', '_', '-' between slashes")
    return key


def check_lifetime(seconds: int) -> int:
    """Return ``seconds`` when a link may live that long. Raises StorageError."""
    if not 0 < seconds <= MAX_LINK_SECONDS:
        raise StorageError("a signed link lives from one second to seven days")
    return seconds
