"""Pictures that wait in the database move to storage."""

import logging

from sqlalchemy import Row, delete, select, update

from points_app.clients.storage.base import StorageError, holds
from points_app.database.session import execute, transactional
from points_app.extensions import parts
from points_app.models.receipts import Receipt, StagedPicture
from points_app.services.receipts import pictures

log = logging.getLogger(__name__)


def store(upload_id: str) -> bool:
    """Move a staged picture to object storage; False when storage is down, or said that it took the
    picture and does not have it (the sweep tries again).

    The object is written and looked at before the row says so, under a key that only this upload
    has: doing it twice changes nothing.
    """
    row = _unstored(upload_id)
    if row is None:
        return True
    try:
        parts.storage.put(row.object_key, row.content, pictures.CONTENT_TYPE)
        if not holds(parts.storage, row.object_key, row.content):
            raise StorageError("storage took the picture and does not have it")
    except StorageError as error:
        log.warning("picture_not_stored", extra={"upload_id": upload_id, "error": str(error)})
        return False
    _mark_stored(upload_id)
    return True


@transactional
def _unstored(upload_id: str) -> Row[str, bytes] | None:
    query = (
        select(Receipt.object_key, StagedPicture.content)
        .join(StagedPicture, StagedPicture.upload_id == Receipt.upload_id)
        .where(Receipt.upload_id == upload_id, Receipt.is_stored.is_(False))
    )
    return execute(query).one_or_none()


@transactional
def _mark_stored(upload_id: str) -> None:
    execute(update(Receipt).where(Receipt.upload_id == upload_id).values(is_stored=True))
    execute(delete(StagedPicture).where(StagedPicture.upload_id == upload_id))
