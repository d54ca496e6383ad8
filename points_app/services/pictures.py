"""Links to receipt pictures: signed, short-lived, the same whether the picture is stored yet."""

import hashlib
import hmac
import time
from urllib.parse import quote

from flask import has_request_context, request
from sqlalchemy import select

from points_app.clients.storage import ObjectMissing
from points_app.crypto import same
from points_app.db import execute
from points_app.errors import RouteUnknown
from points_app.extensions import parts
from points_app.models import Receipt, StagedPicture

LINK_SECONDS = 600
CONTENT_TYPE = "image/jpeg"


def link(receipt: Receipt) -> str:
    """A URL that shows the receipt's picture for ten minutes to whoever holds it.

    Receipts are personal data: the URL cannot be guessed, and stops working. Storage that can serve
    pictures itself (S3) gets the traffic; until it has the picture, and without it, we serve it.
    """
    direct = parts.storage.signed_url(receipt.object_key, LINK_SECONDS)
    if direct and receipt.is_stored:
        return direct
    expires = int(time.time()) + LINK_SECONDS
    path = f"/files/{quote(receipt.object_key)}"
    return (
        f"{_base_url()}{path}?expires={expires}&signature={_signature(receipt.object_key, expires)}"
    )


def open_link(object_key: str, expires: int, signature: str) -> bytes:
    """The JPEG behind a link, from storage or, while that waits, from the database.

    Raises RouteUnknown for a link that is forged, expired or points at nothing.
    """
    genuine = same(_signature(object_key, expires), signature)
    if not genuine or expires < time.time():
        raise RouteUnknown
    try:
        return parts.storage.get(object_key)
    except ObjectMissing:
        return _staged(object_key)


def _staged(object_key: str) -> bytes:
    query = (
        select(StagedPicture.content)
        .join(Receipt, Receipt.upload_id == StagedPicture.upload_id)
        .where(Receipt.object_key == object_key)
    )
    content = execute(query).scalar()
    if content is None:
        raise RouteUnknown
    return content


def _base_url() -> str:
    """PUBLIC_URL, or the address the client itself used; a worker knows only the former."""
    if parts.settings.public_url:
        return parts.settings.public_url.rstrip("/")
    return request.host_url.rstrip("/") if has_request_context() else ""


def _signature(object_key: str, expires: int) -> str:
    key = parts.vault.current.derive("picture links")
    return hmac.new(key, f"{object_key}:{expires}".encode(), hashlib.sha256).hexdigest()
