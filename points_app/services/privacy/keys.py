"""Whether our keys are those the database was written with.

A key that is not the database's fails silently: no phone number is found, and an old guest logs in
to a new account. So the database knows the fingerprints of its keys, and a process with others
refuses to work.
"""

import logging
from datetime import datetime

from flask import current_app
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from points_app.database.errors import TryAgain, error_number, is_unavailable, on_duplicate
from points_app.database.session import execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.privacy import EncryptionKey
from points_app.services import locks

log = logging.getLogger(__name__)

UNREACHABLE = (DBAPIError, PoolTimeout)
_CHECKED = "keys_checked"


class UnknownKeys(Exception):
    """The database holds values that none of our keys opens; the text says what to do."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        named = ", ".join(missing)
        super().__init__(
            f"ENCRYPTION_KEY is not the key of this database: it holds values sealed with the key "
            f"{named}, ours is {parts.vault.current.id}. With another key no phone number is "
            "found, and guests would get new accounts. Set the key that was used so far; if you "
            "are changing keys, put it into ENCRYPTION_KEYS_OLD (docs/operations.md, Rotating "
            "secrets). `flask crypto status` names the keys."
        )


def ensure_checked() -> None:
    """Check once in the life of a process, before the first thing that needs the keys.

    Raises UnknownKeys, and what the database raises when it cannot be asked.
    """
    if _CHECKED not in current_app.extensions:
        check()


def check() -> None:
    """Compare our keys with the database's, and note a new one of ours there.

    Raises UnknownKeys; UNREACHABLE when the database cannot be asked.
    """
    try:
        if not _is_known(_known()):
            _note()
    except DBAPIError as error:
        if is_unavailable(error):
            raise
        # Not migrated yet, or no right to the table: said once, and by doctor.
        log.error("keys_not_checked", extra={"error": error_number(error)})
    current_app.extensions[_CHECKED] = True


def known() -> dict[str, bool]:
    """The ids of all keys the database was written with, the oldest first, and whether each is
    retired: no value is sealed with it any more. It may be needed to prove rows that it signed."""
    return {key: retired_at is not None for key, retired_at in _known().items()}


@transactional
def retire(key_ids: list[str]) -> None:
    """Note that these keys seal nothing any more."""
    mine = (EncryptionKey.key_id.in_(key_ids), EncryptionKey.retired_at.is_(None))
    execute(update(EncryptionKey).where(*mine).values(retired_at=utcnow()))


def _known() -> dict[str, datetime | None]:
    """When each key was retired, by its id, the oldest first."""
    query = select(EncryptionKey.key_id, EncryptionKey.retired_at).order_by(
        EncryptionKey.first_used_at, EncryptionKey.key_id
    )
    return dict(execute(query).all())


def _is_known(known: dict[str, datetime | None]) -> bool:
    """Whether nothing has to be noted. Raises UnknownKeys, which names the latest key first."""
    in_use = [key for key, retired_at in reversed(known.items()) if retired_at is None]
    if missing := [key for key in in_use if not parts.vault.knows(key)]:
        raise UnknownKeys(missing)
    current = parts.vault.current.id
    return current in known and known[current] is None


@transactional
def _note() -> None:
    """Note our key as one in use. Two processes with different keys at a new database: the row
    locks let one of them see the other's."""
    current = parts.vault.current.id
    known: dict[str, datetime | None] = dict(locks.encryption_keys())
    if _is_known(known):
        return
    if current in known:
        execute(
            update(EncryptionKey).where(EncryptionKey.key_id == current).values(retired_at=None)
        )
    else:
        with on_duplicate(TryAgain):
            execute(insert(EncryptionKey), {"key_id": current, "first_used_at": utcnow()})
    _is_known(dict(locks.encryption_keys()))
