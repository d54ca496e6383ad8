"""The record of what merchants, admins and operators did: a chain of entries that only grows.

Each entry holds the hash of the one before it, and the last hash is signed with a key the database
does not have. Whoever can write to the database can still change, remove or slip in an entry, but
not without `verify` finding out. The application's own user may not even try: docs/security.md.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from points_app.database.errors import TryAgain, on_duplicate
from points_app.database.rows import AnyRow
from points_app.database.session import before_commit, execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.audit import AuditEntry, AuditHead
from points_app.services import locks
from points_app.wire.formats import iso

log = logging.getLogger(__name__)

START = "0" * 64
BATCH = 1000


def record(actor_id: int | None, action: str, target: str, details: dict[str, Any]) -> None:
    """Add an entry to the caller's transaction; `actor_id` None is the command line.

    It is written as the transaction's last step: the chain's head, which every entry locks, is then
    held shortest and always locked last.
    """
    entry = {
        "actor_id": actor_id,
        "action": action,
        "target": target,
        "details": details,
        "created_at": utcnow(),
    }
    before_commit(lambda: _append(entry))


def _append(entry: dict[str, Any]) -> None:
    entries, previous = _locked_head()
    digest = _hash(previous, entry)
    execute(insert(AuditEntry), {**entry, "previous_hash": previous, "hash": digest})
    signature = _sign(entries + 1, digest)
    execute(update(AuditHead).values(entries=entries + 1, hash=digest, signature=signature))
    log.info("audit", extra={"action": entry["action"], "head": digest, "entries": entries + 1})


def _locked_head() -> tuple[int, str]:
    """(entries, hash) of the chain so far, locked; made at the very first entry."""
    head = locks.audit_head()
    if head is not None:
        return head.entries, head.hash
    first = {"id": AuditHead.ID, "entries": 0, "hash": START, "signature": _sign(0, START)}
    with on_duplicate(TryAgain):
        execute(insert(AuditHead), first)
    return 0, START


def _hash(previous: str, entry: dict[str, Any]) -> str:
    """The hash of an entry and, through `previous`, of all before it."""
    names = ("actor_id", "action", "target", "details")
    content = [previous, iso(entry["created_at"]), *(entry[name] for name in names)]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _sign(entries: int, digest: str) -> str:
    return parts.vault.sign(_head_text(entries, digest))


def _head_text(entries: int, digest: str) -> bytes:
    return f"audit head:{entries}:{digest}".encode()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were checked, the last hash, and what is wrong with the chain."""

    checked: int
    head: str
    faults: list[str]


def verify() -> Verdict:
    """Follow the chain from its beginning past the signed head, naming every entry that was changed
    and every place where one was removed or slipped in. Entries may be added meanwhile."""
    head = execute(select(AuditHead)).one_or_none()
    expected = (head.entries, head.hash) if head else (0, START)
    checked, previous, faults = 0, START, []
    reached = expected == (0, START)
    for row in _all_entries():
        checked += 1
        reached = reached or expected == (checked, row.hash)
        if row.previous_hash != previous:
            faults.append(f"entry {row.id}: the entry before it was removed, changed or added")
        if row.hash != _hash(row.previous_hash, row._asdict()):
            faults.append(f"entry {row.id}: its content was changed")
        previous = row.hash
    if not reached:
        faults.append("entry {} should have the hash {}".format(*expected))
    if head and not parts.vault.is_signed(_head_text(*expected), head.signature):
        faults.append("the head was not signed by this application")
    return Verdict(checked, previous, faults)


def _all_entries() -> Iterator[AnyRow]:
    last = 0
    while batch := list(
        execute(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(BATCH))
    ):
        yield from batch
        last = batch[-1].id


@transactional
def sign_again() -> None:
    """Sign the head with today's key. Raises ValueError when no known key signed it."""
    head = locks.audit_head()
    if head is None:
        return
    if not parts.vault.is_signed(_head_text(head.entries, head.hash), head.signature):
        raise ValueError("the head of the audit chain was not signed by this application")
    execute(update(AuditHead).values(signature=_sign(head.entries, head.hash)))
