"""Where pictures are kept."""

import urllib.request
import uuid
from collections.abc import Iterator

from sqlalchemy import select

from points_app.clients.storage.base import AccessRefused, ObjectMissing, StorageError, holds
from points_app.database.session import execute
from points_app.extensions import parts
from points_app.models.receipts import Receipt
from points_app.services.operations import health
from points_app.services.operations.doctor.finding import Finding, failed, ok, warning

PICTURES_LOOKED_AT = 20
STORAGE_PATIENCE_SECONDS = 10


def storage() -> Iterator[Finding]:
    """An object is put, read, lent by a link, and deleted."""
    try:
        health.ask_storage(STORAGE_PATIENCE_SECONDS)
        hides = _hides_what_is_missing(_put_read_and_delete())
        ratio = parts.storage.used_ratio()
    except (StorageError, OSError) as error:
        said = f"{type(error).__name__}: {error}"
        if not isinstance(error, StorageError):
            said = "link fails"
        if type(error) is TimeoutError:
            said = f"no answer in {STORAGE_PATIENCE_SECONDS} s"
        advice = "check SEALOS_* (endpoint, bucket, keys), or the disk behind STORAGE_DIR"
        yield failed("storage", said, advice)
        return
    if hides:
        yield warning(
            "storage",
            "refuses to say that an object is missing (403)",
            "give the key the right to list the bucket (s3:ListBucket)",
        )
    elif parts.settings.is_production and not parts.settings.sealos_bucket:
        yield warning(
            "storage",
            "no SEALOS_BUCKET: pictures are files in STORAGE_DIR",
            "right on one machine that keeps its disk; a platform's forgets them: set SEALOS_*",
        )
    elif ratio is not None and ratio > 0.8:
        yield warning("storage", f"{ratio:.0%} full", "make room, or lower receipt_picture_days")
    else:
        yield ok("storage", "put, read, lent and deleted an object")


def _put_read_and_delete() -> str:
    """The key of the object that was there for a moment. Raises StorageError, OSError."""
    key = f"probe/{uuid.uuid4().hex}.jpg"
    parts.storage.put(key, b"probe", "image/jpeg")
    link = parts.storage.signed_url(key, 60)
    try:
        # The link is our own storage's.
        if link and urllib.request.urlopen(link, timeout=10).read() != b"probe":  # nosec B310
            raise StorageError("a signed link lends other bytes")
    finally:
        parts.storage.delete(key)
    return key


def _hides_what_is_missing(key: str) -> bool:
    try:
        parts.storage.get(key)
    except ObjectMissing:
        return False
    except AccessRefused:
        return True
    raise StorageError("keeps an object it was told to delete")


def pictures() -> Iterator[Finding]:
    """The pictures stored last are still there."""
    stored = select(Receipt.object_key).where(Receipt.is_stored.is_(True))
    newest = stored.order_by(Receipt.review_id.desc()).limit(PICTURES_LOOKED_AT)
    keys = list(execute(newest).scalars())
    lost = [key for key in keys if not holds(parts.storage, key)]
    if lost:
        yield failed(
            "pictures",
            f"{len(lost)} of the last {len(keys)} are gone from storage, the first is {lost[0]}",
            "look for a rule of the bucket that deletes, or restore from the storage's versions",
        )
    else:
        yield ok("pictures", f"the last {len(keys)} are in storage")
