"""Measure the receipt reader on folders of pictures, each with a labels.json."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import chain, cycle, islice
from multiprocessing import get_context
from pathlib import Path

from bench.receipts import report
from bench.receipts.measure import Outcome, run
from bench.receipts.pictures import Labelled, load
from points_app.reading.engine import ENGINES

LOG_EVERY = 20


def main() -> None:
    """Measure each engine in turn; the tables go to stdout, progress to stderr."""
    options = _options()
    pictures = list(chain.from_iterable(load(folder, options.by) for folder in options.folder))
    if not pictures:
        sys.exit("no pictures: their labels.json names none that are there")
    if options.count:
        pictures = list(islice(cycle(pictures), options.count))
    for name in options.engine or ["paddle"]:
        outcomes, cold, peak = measured(name, pictures)
        print(f"\n{name}: {len(outcomes)} pictures, one process on one core\n")
        for table in (
            report.accuracy(outcomes),
            report.calibration(outcomes),
            report.effort(outcomes, cold, peak),
            report.kinds(outcomes),
            report.photographed_twice(outcomes),
            report.mistakes(outcomes) if options.mistakes else (),
        ):
            rows = list(table)
            if rows:
                print("\n".join(rows), end="\n\n")
        if options.json:
            _write_json(options.json, name, outcomes)


def measured(engine: str, pictures: list[Labelled]) -> tuple[list[Outcome], float, float]:
    """Outcomes, cold start in seconds and peak memory in MB of one engine in a fresh process."""
    spawning = get_context("spawn")
    receiver, sender = spawning.Pipe(duplex=False)
    child = spawning.Process(target=run, args=(sender, engine, pictures))
    child.start()
    sender.close()
    try:
        cold = receiver.recv()
        outcomes = list(_progress(engine, (receiver.recv() for _ in pictures), len(pictures)))
        return outcomes, cold, receiver.recv()
    except EOFError:
        sys.exit(f"{engine}: the reading process died; its message is above")
    finally:
        child.join()


def _progress(engine: str, outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """A bar for people, a log line now and then for machines."""
    watched, correct = sys.stderr.isatty(), 0
    for number, outcome in enumerate(outcomes, start=1):
        correct += report.right(outcome)
        if watched:
            bar = "#" * (30 * number // total)
            end = "\n" if number == total else ""
            print(f"\r{engine} [{bar:30}] {number}/{total}", end=end, file=sys.stderr, flush=True)
        elif number % LOG_EVERY == 0 or number == total:
            state = f"read={number} of={total} right={correct} memory_mb={outcome.memory:.0f}"
            print(f"reading engine={engine} {state}", file=sys.stderr, flush=True)
        yield outcome


def _write_json(file: Path, engine: str, outcomes: list[Outcome]) -> None:
    """One JSON line a picture, added to the file."""
    with file.open("a") as lines:
        for each in outcomes:
            row = {
                "engine": engine,
                "picture": str(each.picture.path),
                "set": each.picture.set,
                "total": str(each.picture.total),
                "amount": each.amount,
                "confidence": each.confidence,
                "document_kind": each.document.kind,
                "right": report.right(each),
                "facts": each.facts,
                "reading_seconds": round(each.reading, 3),
                "memory_mb": round(each.memory, 1),
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/reading",
        description=__doc__,
        epilog="bench/slips.py draws Chinese slips with known totals; --twins draws each twice.",
    )
    parser.add_argument("folder", type=Path, nargs="+", help="pictures and their labels.json")
    parser.add_argument(
        "--engine",
        choices=sorted(ENGINES),
        action="append",
        help="an engine to measure; repeat it to compare several (default paddle)",
    )
    parser.add_argument("--by", help="tell sets apart by this field of the labels, e.g. layout")
    parser.add_argument("--count", type=int, help="read so many, going round the folders again")
    parser.add_argument("--mistakes", action="store_true", help="list the totals that are wrong")
    parser.add_argument("--json", type=Path, help="add one JSON line a picture to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
