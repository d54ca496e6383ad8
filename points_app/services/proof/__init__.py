"""The proof: are the books of the live database right?

Everything is read from one consistent snapshot, in streams, without a lock: guests go on drawing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from time import monotonic

from sqlalchemy import insert, select

from points_app.database.session import execute, snapshot, transactional, utcnow
from points_app.models.points import LedgerSeal, ProofRun
from points_app.services.proof import erased, facts, ledger
from points_app.services.proof.books import Books, Check, Finding

CHECKS = (ledger.GUESTS, ledger.CHAIN, *facts.CHECKS, erased.CHECK)
NAMED_AT_MOST = 20
DAILY_AT = time(20, 10, tzinfo=UTC)
"""In UTC: before the shop's day begins in Asia/Shanghai."""


@dataclass
class Verdict:
    """What a rule's proof found. `named` are the first offenders, `offenders` is how many;
    `unchecked` is how many rows need which key that was taken away."""

    rule: str
    claim: str
    rows: int
    seconds: float
    offenders: int = 0
    named: list[str] = field(default_factory=list)
    unchecked: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """One run. `since` None: the whole books."""

    started_at: datetime
    since: datetime | None
    seconds: float
    rows: int
    verdicts: list[Verdict]

    @property
    def offenders(self) -> int:
        return sum(verdict.offenders for verdict in self.verdicts)

    @property
    def unchecked(self) -> int:
        return sum(sum(verdict.unchecked.values()) for verdict in self.verdicts)


def is_due(now: datetime) -> bool:
    """Whether the whole books were not proved since the last DAILY_AT."""
    today = datetime.combine(now.astimezone(UTC), DAILY_AT)
    due_at = today if today <= now else today - timedelta(days=1)
    whole = (ProofRun.since.is_(None), ProofRun.started_at >= due_at)
    return execute(select(ProofRun.id).where(*whole).limit(1)).first() is None


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
    _keep(proof)
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


@transactional
def _keep(proof: Proof) -> None:
    row = {
        "started_at": proof.started_at,
        "milliseconds": round(proof.seconds * 1000),
        "since": proof.since,
        "rows_checked": proof.rows,
        "offender_count": proof.offenders,
        "verdicts": [asdict(verdict) for verdict in proof.verdicts],
    }
    execute(insert(ProofRun), row)
