"""The books under proof: one snapshot of the database, read in streams, and what is found wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from points_app.crypto import signer
from points_app.database.rows import AnySelect
from points_app.extensions import parts
from points_app.models.points import LedgerEntry, LedgerSeal
from points_app.models.privacy import EncryptionKey

FETCH = 2000
TELL_EVERY = 100_000


@dataclass(frozen=True)
class Finding:
    """One row that breaks a rule; `what` names it by its id and says what is wrong.

    `lacks_key` is the id of a key of ours that was taken away: without it the row cannot be
    checked, and nothing is known to be wrong with it.
    """

    rule: str
    what: str
    lacks_key: str | None = None


@dataclass(frozen=True)
class Check:
    """One pass over the books. `rules` are the sentences it proves, by name."""

    rules: dict[str, str]
    run: Callable[["Books"], Iterator[Finding]]


class Books:
    """One consistent view of the database.

    With `since`, only the guests whose ledger was touched since then, but those completely.
    `tell` hears of progress.
    """

    def __init__(
        self, connection: Connection, since: datetime | None, tell: Callable[[str], None]
    ) -> None:
        self.since = since
        self.rows = 0
        self._connection = connection
        self._tell = tell
        self.first_seal = self._first_seal()
        self._keys = {row.key_id for row in self.all(select(EncryptionKey.key_id))}

    def lacking_key(self, signature: str) -> str | None:
        """The key a signature needs, when it was one of this database's and is not ours now. A
        key that the database never had makes a forgery, not an old row."""
        key_id = signer(signature)
        return key_id if key_id in self._keys and not parts.vault.knows(key_id) else None

    def stream(self, query: AnySelect) -> Iterator[Any]:
        """The query's rows, a few thousand in memory at a time. Read one stream to its end before
        the next: they share a connection."""
        options = {"stream_results": True, "yield_per": FETCH}
        for row in self._connection.execute(query, execution_options=options):
            self.rows += 1
            if not self.rows % TELL_EVERY:
                self._tell(f"{self.rows:,} rows read")
            yield row

    def all(self, query: AnySelect) -> list[Any]:
        """The rows of a query that is known to find few."""
        return list(self._connection.execute(query))

    def mine(self, user_id: Any) -> list[Any]:
        """Conditions that leave the guests to check: none, or those touched since."""
        if self.since is None:
            return []
        touched = select(LedgerEntry.user_id).where(self.is_new_row()).distinct()
        return [user_id.in_(touched)]

    def is_new_row(self) -> Any:
        """The condition for ledger rows committed since: sealed since then, or not yet."""
        return or_(LedgerEntry.seal_id >= self.first_seal, LedgerEntry.seal_id.is_(None))

    def _first_seal(self) -> int:
        """The first seal made since then; rows sealed before it were committed before it."""
        if self.since is None:
            return 1
        newest = select(func.coalesce(func.max(LedgerSeal.id), 0) + 1)
        return int(
            self._connection.execute(newest.where(LedgerSeal.sealed_at < self.since)).scalar_one()
        )
