"""bin/torture: see the package. Exit 0 when nothing was lost, made, doubled or left undone."""

import argparse
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from devstack.folders import scratch_folder
from devstack.process import wait_until
from devstack.torture import audit, report
from devstack.torture.book import Book
from devstack.torture.client import Probe, Request, request
from devstack.torture.crowd import Visitor, gather
from devstack.torture.ears import Ears
from devstack.torture.faults import Injector
from devstack.torture.service import Service, running_service
from devstack.torture.town import Town

SETTLE_SECONDS = 400.0
NOTICE_SECONDS = 15.0
REPORT_EVERY = 15.0
EPILOG = """\
The same seed lets every visitor make the same choices and brings the same faults in the same order;
how they interleave is up to the machine. Examples:

  bin/torture                              two minutes, faults of every kind as time allows
  bin/torture --minutes 60 --seed 7        an hour
  bin/torture --operations 200000 --faults 300 --minutes 300    until both are reached
  bin/torture races --runs 1000            the two classic races (--help says more)

Ctrl-C or SIGTERM ends it early; the books are checked all the same.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; 0 when the books are right, 1 when they are not."""
    wanted = _parser().parse_args(argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _request_stop)
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - began:7.1f} s] {line}", flush=True)

    with _folder(wanted.keep) as folder:
        say(f"starting the service in {folder}, seed {wanted.seed}")
        with running_service(folder) as service:
            return torture(service, wanted, say)


def torture(service: Service, wanted: argparse.Namespace, say: Callable[[str], None]) -> int:
    """The crowd, the faults, and the reckoning."""
    book, dice = Book(), Random(f"{wanted.seed}/faults")
    say("waiting for the guests")
    wait_until(lambda: _answers(service.port), 60, "the web processes answering", every=0.2)
    town = gather(wanted.seed, service.port, book, wanted.guests)
    probe = Probe(service.port, lambda: _probe_request(town))
    injector = Injector(service, probe, dice, wanted.outage, say)
    visitors = [
        Visitor(number, wanted.seed, service.port, town, book, lambda: injector.cutting)
        for number in range(1, wanted.visitors + 1)
    ]
    ears = Ears(wanted.listeners, wanted.seed, service.port, town, book)
    for part in (probe, *visitors, ears):
        part.start()
    _make_trouble(book, injector, ears, wanted, say)
    began_settling = time.monotonic()
    injector.cutting = 0.0
    for visitor in visitors:
        visitor.stop()
    for visitor in visitors:
        visitor.join()
    probe.stop()
    say("the guests have gone; waiting for the worker")
    settled = _settle(service)
    say(f"settled {time.monotonic() - began_settling:.1f} s after the last fault ({settled})")
    wrong_screens = ears.wait_for_the_truth(service.mariadb.url, NOTICE_SECONDS)
    ears.stop()
    return report.reckon(service, book, injector, visitors, ears, wrong_screens, say)


_stop_requested = threading.Event()


def _make_trouble(
    book: Book,
    injector: Injector,
    ears: Ears,
    wanted: argparse.Namespace,
    say: Callable[[str], None],
) -> None:
    """One fault after the other, with pauses, until time, operations and faults are reached."""
    began = told = time.monotonic()
    while not _is_enough(book, injector, wanted, time.monotonic() - began):
        pause_until = time.monotonic() + injector.dice.uniform(*wanted.pause)
        while time.monotonic() < pause_until:
            injector.service.revive()
            time.sleep(0.1)
        ears.try_push(injector.next_fault())
        if time.monotonic() - told > REPORT_EVERY:
            told = time.monotonic()
            rate = book.operation_count / (told - began)
            say(
                f"{book.operation_count:,} operations ({rate:.0f}/s), "
                f"{injector.fault_count()} faults, {book.retries.total():,} retries"
            )


def _is_enough(book: Book, injector: Injector, wanted: argparse.Namespace, seconds: float) -> bool:
    if _stop_requested.is_set():
        return True
    if wanted.operations or wanted.faults:
        enough_of_both = (
            book.operation_count >= wanted.operations and injector.fault_count() >= wanted.faults
        )
        return enough_of_both or seconds > wanted.minutes * 60
    return seconds > wanted.minutes * 60


def _settle(service: Service) -> str:
    """Wait until every accepted receipt is read and stored."""
    try:
        wait_until(lambda: _is_settled(service), SETTLE_SECONDS, every=0.5)
    except TimeoutError:
        return "uploads are left undone"
    return "every upload is read and stored"


def _is_settled(service: Service) -> bool:
    service.revive()
    return not audit.unfinished_uploads(service.mariadb.url)


def _probe_request(town: Town) -> Request:
    """A small write that passes the token, the limits and the database."""
    guest = town.guests[0]
    return request(
        "POST",
        "/api/monitoring/performance",
        guest.token,
        {"page_load_time": 1},
        X_Forwarded_For="10.7.0.1",
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with scratch_folder() as folder:
            yield folder
        return
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()


def _request_stop(number: int, frame: object) -> None:
    """The fault under way ends first; then comes the reckoning."""
    _stop_requested.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/torture",
        description="Let a crowd use the service while everything under it is broken in turn, "
        "then prove that no point was made, lost or doubled.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    number = parser.add_argument
    number("--minutes", type=float, default=2.0, help="how long at most (default: 2)")
    number("--operations", type=int, default=0, help="stop after so many, and after --faults")
    number("--faults", type=int, default=0, help="stop after so many, and after --operations")
    number("--seed", type=int, default=1, help="seed of every choice (default: 1)")
    number("--visitors", type=int, default=12, help="threads of the crowd (default: 12)")
    number("--guests", type=int, default=60, help="accounts they share (default: 60)")
    number("--listeners", type=int, default=6, help="guests with an open socket (default: 6)")
    number("--outage", type=float, default=30.0, help="seconds Redis stays away (default: 30)")
    number(
        "--pause",
        type=float,
        nargs=2,
        default=(0.5, 3.0),
        metavar=("FROM", "TO"),
        help="seconds between two faults (default: 0.5 3)",
    )
    number("--keep", type=Path, metavar="FOLDER", help="keep databases and logs there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
