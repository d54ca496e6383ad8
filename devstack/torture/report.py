"""The reckoning: what was done, what was broken, and what the two books say."""

import statistics
from collections.abc import Callable, Sequence

from devstack.torture import audit
from devstack.torture.book import Book
from devstack.torture.crowd import Visitor
from devstack.torture.ears import Ears, describe
from devstack.torture.faults import Injector
from devstack.torture.service import Service

SHOWN = 20
Say = Callable[[str], None]


def reckon(
    service: Service,
    book: Book,
    injector: Injector,
    visitors: Sequence[Visitor],
    ears: Ears,
    wrong_screens: Sequence[str],
    say: Say,
) -> int:
    """Print everything; 0 when the service did what it promised, else 1."""
    _operations(book, say)
    _faults(injector, say)
    _heard(ears, wrong_screens, say)
    comparison = audit.compare(book, service.mariadb.url)
    _comparison(book, comparison, say)
    sealed = service.flask("ledger", "seal")
    proof = service.flask("prove")
    for line in (sealed.stdout + proof.stdout + proof.stderr).splitlines():
        say(f"  {line}")
    failures = [f"{v.name} failed: {v.failure!r}" for v in visitors if v.failure]
    failures += [f"{name} ended by itself, {n} times" for name, n in service.ended.items()]
    problems = [*failures, *book.unsettled, *book.contradictions, *wrong_screens]
    for problem in problems[:SHOWN]:
        say(f"WRONG: {problem}")
    right = comparison.is_clean and not problems and not proof.returncode
    say("the books are right" if right else "THE BOOKS ARE WRONG")
    return 0 if right else 1


def _operations(book: Book, say: Say) -> None:
    say(
        f"{book.operation_count:,} operations, {book.write_count:,} acknowledged writes, "
        f"{book.retries.total():,} retries, {book.cuts:,} requests cut after sending"
    )
    for what, codes in sorted(book.outcomes.items()):
        told = ", ".join(f"{count:,} x {code}" for code, count in sorted(codes.items()))
        say(f"  {what:<12} {told}")
    for reason, count in book.retries.most_common(SHOWN):
        say(f"  tried again after {reason}: {count:,}")


def _faults(injector: Injector, say: Say) -> None:
    say(f"{injector.fault_count()} faults; seconds from a fault's end to the last failed question:")
    say(f"  {'':<32}{'times':>6}{'median':>8}{'worst':>8}{'unanswered':>12}")
    for kind, seen in sorted(injector.seen.items()):
        recoveries = [each.recovery for each in seen]
        unanswered = sum(each.unanswered for each in seen)
        median, worst = statistics.median(recoveries), max(recoveries)
        say(f"  {kind:<32}{len(seen):>6}{median:>8.2f}{worst:>8.2f}{unanswered:>12}")


def _heard(ears: Ears, wrong_screens: Sequence[str], say: Say) -> None:
    say(f"{ears.totals()}, wrong screens {len(wrong_screens)}")
    say(f"  {'seconds until a new gift showed, after':<32}{'times':>6}{'worst':>8}")
    for line in describe(ears.waits):
        say(f"  {line}")


def _comparison(book: Book, found: audit.Comparison, say: Say) -> None:
    say(
        f"points made {found.points_made}, points lost {found.points_lost}, "
        f"acknowledged writes lost {len(found.lost)}, doubled {len(found.doubled)}, "
        f"different {len(found.different)}, uploads unfinished {found.unfinished_uploads}"
    )
    for what, rows in (
        ("lost", found.lost),
        ("doubled", found.doubled),
        ("different", found.different),
    ):
        for row in rows[:SHOWN]:
            say(f"  {what}: {row}")
