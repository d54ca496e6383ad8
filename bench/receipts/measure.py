"""One engine in a process of its own, on one core: reads every picture and tells what it took."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from bench.receipts.pictures import Labelled
from points_app.reading.kinds import Document


@dataclass(frozen=True)
class Outcome:
    """What came of one picture. Seconds are of the wall, `memory` is the process's MB after it."""

    picture: Labelled
    amount: str | None
    confidence: str | None
    facts: dict[str, str]
    lines: tuple[str, ...]
    document: Document
    perceptual_hash: str
    decoding: float
    reading: float
    memory: float


def run(connection: Connection, engine_name: str, pictures: Sequence[Labelled]) -> None:
    """The child's whole life: send the cold start in seconds, then an Outcome for each picture."""
    started = time.perf_counter()
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    os.environ["OMP_NUM_THREADS"] = "1"
    from points_app.reading.engine import make_engine
    from points_app.reading.pictures import normalise
    from points_app.reading.reader import read_receipt

    engine = make_engine(engine_name)
    for number, picture in enumerate(pictures):
        began = time.perf_counter()
        taken = normalise(picture.path.read_bytes())
        decoded = time.perf_counter()
        found = read_receipt(taken.jpeg, engine)
        ended = time.perf_counter()
        if number == 0:
            connection.send(ended - started)
        printed = (found.merchant_name, found.receipt_number, found.receipt_time)
        names = ("merchant", "order_no", "moment")
        outcome = Outcome(
            picture,
            None if found.amount is None else str(found.amount),
            found.amount_confidence,
            {name: fact.value if fact else "" for name, fact in zip(names, printed, strict=True)},
            found.lines,
            found.document,
            taken.perceptual_hash,
            decoded - began,
            ended - decoded,
            _memory(),
        )
        connection.send(outcome)
    connection.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
