"""All that is kept about one guest, for that guest to have."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select

from points_app.clients.storage.base import ObjectMissing
from points_app.database.rows import AnyRow
from points_app.database.session import db, execute, transactional
from points_app.errors.accounts import UserGone
from points_app.models.accounts import User
from points_app.models.idempotency import IdempotencyKey
from points_app.models.receipts import Receipt
from points_app.services.accounts import avatars
from points_app.services.audit import trail
from points_app.services.privacy.encrypted_columns import SEALED
from points_app.services.receipts.pictures import kept
from points_app.wire.formats import iso, number

# Answers given before repeat what other tables say.
LEFT_OUT = {IdempotencyKey.__tablename__}
# Keyed hashes, and where the service keeps its files: they tell a guest nothing. Pictures go apart.
HIDDEN = {
    "mobile_hash",
    "device_hash",
    "network_hash",
    "mac",
    "seal_id",
    "object_key",
    "is_stored",
    "perceptual_hash",
    "claimed_sha256",
    "claimed_pixel_sha256",
    "content",
}


@transactional
def export(user_id: int, actor_id: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """{table: rows} of everything kept about a guest, sealed values in clear.

    Leaves an audit entry. Raises UserGone.
    """
    if execute(select(User.user_id).where(User.user_id == user_id)).one_or_none() is None:
        raise UserGone
    trail.record(actor_id, "user.export", f"user:{user_id}", {})
    return {str(table.name): _rows(table, user_id) for table in tables_about_guests()}


def tables_about_guests() -> list[Table]:
    """The tables whose rows belong to a guest: those with a `user_id`."""
    tables = db.metadata.sorted_tables
    return [table for table in tables if "user_id" in table.c and table.name not in LEFT_OUT]


def _rows(table: Table, user_id: int) -> list[dict[str, Any]]:
    rows = execute(select(table).where(table.c.user_id == user_id))
    return [_disclosed(table, row) for row in rows]


def _disclosed(table: Table, row: AnyRow) -> dict[str, Any]:
    shown = {
        str(name): _plain(value) for name, value in row._asdict().items() if name not in HIDDEN
    }
    for sealed in SEALED:
        if sealed.column.table is table and shown[sealed.column.name] is not None:
            shown[sealed.column.name] = sealed.open(row)
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return number(value) if isinstance(value, Decimal) else value


def pictures(user_id: int) -> dict[str, bytes]:
    """{upload id: JPEG} of the guest's receipts, as far as they are still kept, and the avatar."""
    mine = select(Receipt.upload_id, Receipt.object_key).where(Receipt.user_id == user_id)
    found = {}
    for upload_id, object_key in execute(mine).all():
        content = _picture(upload_id, object_key)
        if content is not None:
            found[upload_id] = content
    if (avatar := avatars.of_user(user_id)) is not None:
        found["avatar"] = avatar
    return found


def _picture(upload_id: str, object_key: str) -> bytes | None:
    try:
        return kept(upload_id, object_key)
    except ObjectMissing:
        return None
