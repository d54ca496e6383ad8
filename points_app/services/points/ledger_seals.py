"""What makes the ledger tamper-evident: a keyed hash in every row, and chained seals over batches.

The hash is made with the row, costs no query, and shows rows that were edited or written past the
service. What it cannot show, a deleted row, the seal over its batch does: each seal lists its rows
and holds the digest of the seal before. Rows are sealed by a beat task within a minute of their
commit, which keeps a chain that every guest would wait for out of the hot path
(docs/reliability.md has the figures).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from points_app.database.errors import TryAgain, on_duplicate
from points_app.database.session import execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.points import LedgerEntry, LedgerSeal
from points_app.services import locks
from points_app.services.settings.shop_time import start_of_date
from points_app.wire.formats import iso

FIRST_PREVIOUS = "0" * 41
BATCH = 5000


def seal_all() -> int:
    """Seal every committed ledger row that has no seal yet; returns how many."""
    sealed = 0
    while batch := seal_batch():
        sealed += batch
    return sealed


@transactional
def seal_batch() -> int:
    """Seal up to BATCH ledger rows as the next link of the chain; returns how many.

    Rows are found by having no seal, not by their ids: a row whose transaction commits after a
    higher id was sealed goes into a later batch. Locks the last seal; two sealers at once cannot
    make the same link, because its id is the primary key.
    """
    last = locks.last_seal()
    unsealed = select(LedgerEntry.id, LedgerEntry.mac).where(LedgerEntry.seal_id.is_(None))
    rows = execute(unsealed.order_by(LedgerEntry.id).limit(BATCH)).all()
    if not rows:
        return 0
    seal: dict[str, Any] = {
        "id": last.id + 1 if last else 1,
        "previous": last.digest if last else FIRST_PREVIOUS,
        "entries": write_ids([row.id for row in rows]),
        "entry_count": len(rows),
        "sealed_at": utcnow(),
    }
    seal["digest"] = parts.vault.sign(_seal_message(seal, (row.mac for row in rows)))
    with on_duplicate(TryAgain):
        execute(insert(LedgerSeal), seal)
    _mark_sealed(seal["id"], [row.id for row in rows])
    return len(rows)


def _mark_sealed(seal_id: int, ids: Sequence[int]) -> None:
    mine = (LedgerEntry.id.in_(ids), LedgerEntry.seal_id.is_(None))
    if execute(update(LedgerEntry).where(*mine).values(seal_id=seal_id)).rowcount != len(ids):
        raise TryAgain


def is_intact(seal: Mapping[str, Any], macs: Iterable[str]) -> bool:
    """Whether the seal is the one that was put on exactly the rows with these hashes, by id."""
    return parts.vault.is_signed(_seal_message(seal, macs), seal["digest"])


def _seal_message(seal: Mapping[str, Any], macs: Iterable[str]) -> bytes:
    fields = [seal[name] for name in ("id", "previous", "entries", "entry_count")]
    return orjson.dumps(["seal", *fields, iso(seal["sealed_at"]), list(macs)])


def write_ids(ids: Sequence[int]) -> str:
    """Ascending ids as ranges: "1-40,42"."""
    runs = groupby(enumerate(ids), key=lambda pair: pair[1] - pair[0])
    ranges = [[number for _, number in run] for _, run in runs]
    return ",".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in ranges)


def read_ids(text: str) -> list[int]:
    """The ids `write_ids` wrote."""
    ids: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        ids.extend(range(int(first), int(last or first) + 1))
    return ids


def root(day: date | None = None) -> dict[str, Any] | None:
    """The last seal of a day of the shop, or of all: {seal, digest, sealed_at}.

    Whoever keeps the digest elsewhere can later prove that no row before it was changed or removed
    with its seals. None when nothing was sealed by then.
    """
    newest = select(LedgerSeal).order_by(LedgerSeal.id.desc()).limit(1)
    if day is not None:
        newest = newest.where(LedgerSeal.sealed_at < end_of(day))
    seal = execute(newest).first()
    if seal is None:
        return None
    return {"seal": seal.id, "digest": seal.digest, "sealed_at": seal.sealed_at}


def end_of(day: date) -> datetime:
    """When a day of the shop ended, in UTC."""
    return start_of_date(day + timedelta(days=1))
