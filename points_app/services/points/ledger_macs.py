"""The keyed hash in every ledger row, which shows rows that were edited or written past us."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import func, select

from points_app.database.session import execute
from points_app.extensions import parts
from points_app.models.points import LedgerEntry
from points_app.wire.formats import iso

HASHED = (
    "user_id",
    "type",
    "points",
    "description",
    "source",
    "balance_after",
    "related_id",
)


def row_mac(row: Mapping[str, Any]) -> str:
    """The keyed hash of a ledger row about to be written."""
    return parts.vault.sign(_row_message(row))


def is_genuine(row: Mapping[str, Any]) -> bool:
    """Whether the service wrote this ledger row as it stands."""
    return parts.vault.is_signed(_row_message(row), row["mac"])


def signers() -> dict[str, int]:
    """How many ledger rows each key signed: {key id: rows}. Reads the whole ledger."""
    key_id = func.substr(LedgerEntry.mac, 1, 8)
    return dict(execute(select(key_id, func.count()).group_by(key_id)).all())


def _row_message(row: Mapping[str, Any]) -> bytes:
    return orjson.dumps(["row", *(row[name] for name in HASHED), iso(row["created_at"])])
