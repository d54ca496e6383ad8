"""Proofs of the ledger itself: balances, hashes and seals."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from points_app.database.session import utcnow
from points_app.models.accounts import User
from points_app.models.points import LedgerEntry, LedgerSeal
from points_app.services.points import ledger_macs, ledger_seals
from points_app.services.proof.books import Books, Check, Finding

USERS_A_PAGE = 500
SEALS_A_PAGE = 50
# Beat seals every 20 s; what is this old waits for a worker that is not running.
UNSEALED_FOR = timedelta(minutes=10)


def _guests(books: Books) -> Iterator[Finding]:
    """Every guest's rows in order, beside the wallet: page by page, because a connection can read
    only one stream at a time."""
    last = 0
    while True:
        page = select(User.user_id, User.total_points).where(
            User.user_id > last, *books.mine(User.user_id)
        )
        wallets = {
            row.user_id: row.total_points
            for row in books.all(page.order_by(User.user_id).limit(USERS_A_PAGE))
        }
        if not wallets:
            return
        yield from _page(books, wallets)
        last = max(wallets)


def _page(books: Books, wallets: dict[int, int]) -> Iterator[Finding]:
    rows = (
        select(LedgerEntry)
        .where(LedgerEntry.user_id.in_(wallets))
        .order_by(LedgerEntry.user_id, LedgerEntry.id)
    )
    without_rows = dict(wallets)
    for user_id, entries in groupby(books.stream(rows), key=lambda row: row.user_id):
        balance = yield from _chain(books, entries)
        del without_rows[user_id]
        if balance != wallets[user_id]:
            yield _wallet_differs(user_id, wallets[user_id], balance)
    for user_id, total in without_rows.items():
        if total:
            yield _wallet_differs(user_id, total, 0)


def _chain(books: Books, entries: Iterator[Any]) -> Any:
    """Yields findings, returns the sum. After a break it goes on from the row's own balance, so
    that one missing row is one finding."""
    total = balance = 0
    for row in entries:
        name = f"points_records {row.id} of user {row.user_id}"
        if row.balance_after != balance + row.points:
            yield Finding(
                "chain",
                f"{name}: {row.points:+} on {balance} makes {balance + row.points}, "
                f"not {row.balance_after}",
            )
        if not ledger_macs.is_genuine(row._mapping):
            key = books.lacking_key(row.mac)
            yield Finding("hashes", f"{name}: edited, or not written by the service", key)
        total += row.points
        balance = row.balance_after
    if total != balance:
        yield Finding(
            "chain", f"user {row.user_id}: the rows sum to {total}, the last says {balance}"
        )
    return total


def _wallet_differs(user_id: int, wallet: int, ledger: int) -> Finding:
    return Finding("wallets", f"user {user_id}: the wallet holds {wallet}, the ledger {ledger}")


def _seals(books: Books) -> Iterator[Finding]:
    """The chain of seals, each against the rows it names."""
    previous = books.all(select(LedgerSeal).where(LedgerSeal.id == books.first_seal - 1))
    link = previous[0].digest if previous else ledger_seals.FIRST_PREVIOUS
    expected = books.first_seal
    while True:
        chain = select(LedgerSeal).where(LedgerSeal.id >= expected).order_by(LedgerSeal.id)
        page = books.all(chain.limit(SEALS_A_PAGE))
        if not page:
            break
        for seal, found in _with_rows(books, page):
            if seal.id != expected:
                yield Finding("seals", f"ledger_seals {expected} to {seal.id - 1}: missing")
            if seal.previous != link:
                yield Finding("seals", f"ledger_seals {seal.id}: does not follow the one before")
            yield from _against_rows(books, seal, found)
            link, expected = seal.digest, seal.id + 1
    yield from _beyond(books, expected)


def _with_rows(books: Books, page: Sequence[Any]) -> Iterator[tuple[Any, dict[int, str]]]:
    """Each seal with the hashes of the rows that carry its number, by their ids."""
    rows = (
        select(LedgerEntry.seal_id, LedgerEntry.id, LedgerEntry.mac)
        .where(LedgerEntry.seal_id.between(page[0].id, page[-1].id))
        .order_by(LedgerEntry.seal_id, LedgerEntry.id)
    )
    groups = groupby(books.stream(rows), key=lambda row: row.seal_id)
    group = next(groups, None)
    for seal in page:
        found: dict[int, str] = {}
        while group and group[0] <= seal.id:
            found = {row.id: row.mac for row in group[1]}
            group = next(groups, None)
        yield seal, found


def _against_rows(books: Books, seal: Any, found: dict[int, str]) -> Iterator[Finding]:
    named = set(ledger_seals.read_ids(seal.entries))
    for row_id in sorted(named - found.keys()):
        yield Finding("seals", f"points_records {row_id}: sealed by {seal.id}, deleted since")
    for row_id in sorted(found.keys() - named):
        yield Finding("seals", f"points_records {row_id}: inserted into seal {seal.id} later")
    if named == found.keys() and not ledger_seals.is_intact(seal._mapping, found.values()):
        what = f"ledger_seals {seal.id}: it or one of its rows was edited"
        yield Finding("seals", what, books.lacking_key(seal.digest))


def _beyond(books: Books, next_seal: int) -> Iterator[Finding]:
    """Rows that carry the number of no seal, and rows that wait for one too long."""
    lost = select(LedgerEntry.id, LedgerEntry.seal_id).where(LedgerEntry.seal_id >= next_seal)
    for row in books.stream(lost):
        yield Finding("seals", f"points_records {row.id}: there is no seal {row.seal_id}")
    late = select(LedgerEntry.id).where(
        LedgerEntry.seal_id.is_(None), LedgerEntry.created_at < utcnow() - UNSEALED_FOR
    )
    for row in books.stream(late):
        yield Finding("seals", f"points_records {row.id}: not sealed yet; is a worker running?")


GUESTS = Check(
    {
        "wallets": "every wallet holds the sum of its ledger rows",
        "chain": "every balance_after follows from the row before it",
        "hashes": "every ledger row is as the service wrote it",
    },
    _guests,
)
CHAIN = Check({"seals": "the chain of seals is whole and every sealed row is there"}, _seals)
