"""A statement that writes a row locks it: here is checked that none does so out of order.

`locks.reach` checks what is announced to it. This watches every UPDATE and DELETE of every test: a
table of a rank below one that the transaction has reached must have been reached before. It does
not see which row is written, nor what processes do that a test starts.
"""

import re
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

from points_app.database.session import db, is_writing
from points_app.database.statements import Done, Row, Write
from points_app.services.locks import Rank

DOCUMENTS = (
    "exchange_records",
    "lottery_records",
    "merchant_applications",
    "photo_reviews",
    "system_configs",
)
RANKS = {
    "encryption_keys": Rank.ENCRYPTION_KEYS,
    "sms_codes": Rank.PHONE,
    "idempotency_keys": Rank.KEY,
    **dict.fromkeys(DOCUMENTS, Rank.DOCUMENT),
    "users": Rank.WALLET,
    "auth_sessions": Rank.SESSION,
    "lottery_settings": Rank.INVENTORY,
    "commodity_pool": Rank.INVENTORY,
    "ledger_seals": Rank.SEAL,
    "audit_head": Rank.AUDIT_HEAD,
}
WRITES = re.compile(r"\s*(?:UPDATE|DELETE FROM) `?\"?(\w+)", re.IGNORECASE)


def check(statement: str) -> None:
    """Raises RuntimeError for a write whose row should have been locked earlier."""
    written = WRITES.match(statement)
    if written is None or written[1] not in RANKS or not is_writing():
        return
    table, rank = written[1], RANKS[written[1]]
    taken = db.session().info.get("locks") or []
    of_rank = [step for step in taken if step[0] == rank]
    if rank == Rank.DOCUMENT:
        of_rank = [step for step in of_rank if step[1][0] == table]
    if taken and not of_rank and taken[-1][0] > rank:
        raise RuntimeError(f"lock order: {table} is written after {taken[-1]}")


@cache
def text_of(write: Write) -> str:
    """Its SQL, compiled once: races are tight."""
    return str(write._statement)


def watch() -> None:
    """Watch every engine of this process from now on."""

    @event.listens_for(Engine, "before_cursor_execute")
    def before(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        check(statement)

    run = Write.run

    def checked(self: Write, *rows: Row) -> Done:
        check(text_of(self))
        return run(self, *rows)

    Write.run = checked  # type: ignore[method-assign]
