"""The proof: are the books of the live database right?

Everything is read from one consistent snapshot, in streams, without a lock: guests go on drawing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic

from sqlalchemy import select

from points_app.database.session import utcnow
from points_app.database.snapshot import snapshot
from points_app.models.points import LedgerSeal
from points_app.services.proof import erased, facts, ledger
from points_app.services.proof.books import Books, Check, Finding
from points_app.services.proof.runs import keep
from points_app.services.proof.verdicts import Proof, Verdict

CHECKS = (ledger.GUESTS, ledger.CHAIN, *facts.CHECKS, erased.CHECK)
NAMED_AT_MOST = 20


def prove(
    since: datetime | None = None,
    roots: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
    announce: Callable[[Verdict], None] = lambda _: None,
) -> Proof:
    """Check the books and keep the result. Takes no lock.

    `since` limits it to the guests whose ledger was touched since then, `roots` are digests that
    must still be in the chain of seals. `tell` hears of progress, `announce` gets each verdict.
    """
    started_at, began = utcnow(), monotonic()
    verdicts = []
    with snapshot() as connection:
        books = Books(connection, since, tell)
        for check in (*CHECKS, *_roots(roots)):
            for verdict in _verdicts(check, books):
                verdicts.append(verdict)
                announce(verdict)
    proof = Proof(started_at, since, round(monotonic() - began, 3), books.rows, verdicts)
    keep(proof)
    return proof


def _verdicts(check: Check, books: Books) -> list[Verdict]:
    before, began = books.rows, monotonic()
    counts: Counter[str] = Counter()
    named: dict[str, list[str]] = {rule: [] for rule in check.rules}
    unchecked: dict[str, Counter[str]] = {rule: Counter() for rule in check.rules}
    for finding in check.run(books):
        if finding.lacks_key:
            unchecked[finding.rule][finding.lacks_key] += 1
            continue
        counts[finding.rule] += 1
        if counts[finding.rule] <= NAMED_AT_MOST:
            named[finding.rule].append(finding.what)
    seconds = round(monotonic() - began, 3)
    return [
        Verdict(
            rule,
            claim,
            books.rows - before,
            seconds,
            counts[rule],
            named[rule],
            dict(unchecked[rule]),
        )
        for rule, claim in check.rules.items()
    ]


def _roots(roots: Sequence[str]) -> list[Check]:
    """A check that digests kept elsewhere are still in the chain."""

    def run(books: Books) -> Iterator[Finding]:
        known = {
            row.digest
            for row in books.all(select(LedgerSeal.digest).where(LedgerSeal.digest.in_(roots)))
        }
        for root in roots:
            if root not in known:
                yield Finding("roots", f"root {root}: no seal of the chain has this digest")

    return [Check({"roots": "every root given is in the chain"}, run)] if roots else []
