"""Links to receipt pictures: signed, short-lived, for one viewer in one role.

Every picture goes through this service, also when S3 stores it: an S3 link could not be taken back
from a merchant who lost the role, and S3 does not send the headers pictures are served with.
"""

import time
from urllib.parse import quote

from sqlalchemy import select

from points_app.clients.storage.base import ObjectMissing
from points_app.database.session import db, execute
from points_app.errors.base import RouteUnknown
from points_app.extensions import parts
from points_app.models.accounts import User, UserStatus
from points_app.models.receipts import Receipt, StagedPicture
from points_app.wire.addresses import public

LINK_SECONDS = 600
CONTENT_TYPE = "image/jpeg"


def link(receipt: Receipt, merchant_id: int | None = None) -> str:
    """A URL that shows the receipt's picture for ten minutes to its guest, or to this reviewer.

    Receipts are personal data: the URL cannot be guessed, stops working by itself, and stops at
    once when its viewer is banned or loses the role.
    """
    viewer = f"guest-{receipt.user_id}" if merchant_id is None else f"merchant-{merchant_id}"
    expires = int(time.time()) + LINK_SECONDS
    signature = parts.vault.sign(_signed_text(receipt.object_key, viewer, expires))
    path = f"/files/{quote(receipt.object_key)}"
    return public(f"{path}?viewer={viewer}&expires={expires}&signature={signature}")


def open_link(object_key: str, viewer: str, expires: int, signature: str) -> bytes:
    """The JPEG behind a link.

    Raises RouteUnknown for a link that is forged, expired, points at nothing, or whose viewer may
    not see it any more; StorageError when only storage has the picture, and does not answer.
    """
    genuine = parts.vault.is_signed(_signed_text(object_key, viewer, expires), signature)
    if not genuine or expires < time.time() or not _may_still_look(viewer):
        raise RouteUnknown
    try:
        return kept(_upload_id(object_key), object_key)
    except ObjectMissing:
        raise RouteUnknown from None


def kept(upload_id: str, object_key: str) -> bytes:
    """The JPEG of a receipt: from the database while it is staged there, whatever storage does,
    else from storage. Holds no connection while storage answers.

    Raises ObjectMissing when neither keeps it, StorageError.
    """
    query = (
        select(Receipt.is_stored, StagedPicture.content)
        .outerjoin(StagedPicture, StagedPicture.upload_id == Receipt.upload_id)
        .where(Receipt.upload_id == upload_id, Receipt.object_key == object_key)
    )
    row = execute(query).one_or_none()
    db.session.rollback()
    if row is not None and row.content is not None:
        return row.content
    if row is not None and not row.is_stored:
        raise ObjectMissing(f"no object {object_key}")
    return parts.storage.get(object_key)


def _upload_id(object_key: str) -> str:
    """The upload whose picture lies under a key. Those that were moved in have keys of another
    make, and are in storage."""
    return object_key.rpartition("/")[2].partition(".")[0]


def _may_still_look(viewer: str) -> bool:
    """Whether the viewer of a genuine link is still a guest, or still one who reviews."""
    role, _, user_id = viewer.partition("-")
    about = (User.status, User.is_merchant, User.is_admin)
    query = select(*about).where(User.user_id == int(user_id))
    user = execute(query).one_or_none()
    if user is None or user.status != UserStatus.ACTIVE:
        return False
    return role == "guest" or user.is_merchant or user.is_admin


def _signed_text(object_key: str, viewer: str, expires: int) -> bytes:
    return f"picture:{object_key}:{viewer}:{expires}".encode()
