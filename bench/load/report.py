"""Figures of rounds, as a table of ratios with their ranges."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from bench.load.gauges import Reading
from bench.load.workloads import Workload
from bench.load.wrk import Run

HEAD = (
    "| workload | server | requests/s | ratio (range) | goal | p50 ms | p99 ms "
    "| µs CPU server | database | Redis | queries | flushes |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True)
class Round:
    """One run against one server and what a request of it cost."""

    target: str
    run: Run
    spent: Reading


class Table:
    """One line for each workload and server."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, workload: Workload, rounds: list[Round]) -> str:
        """Add a workload's rounds, those of the first server first; returns the new lines."""
        names = list(dict.fromkeys(each.target for each in rounds))
        by_name = {name: [each for each in rounds if each.target == name] for name in names}
        new = [
            _line(workload, name, by_name[name], by_name[names[0]] if name != names[0] else None)
            for name in names
        ]
        self._lines += new
        return "\n".join(new)

    def __str__(self) -> str:
        return "\n".join([HEAD, *self._lines])


def _line(workload: Workload, name: str, rounds: list[Round], ours: list[Round] | None) -> str:
    rate, p50, p99 = (_median(rounds, f"run.{field}") for field in ("rate", "p50", "p99"))
    costs = [
        _median(rounds, f"spent.{part}")
        for part in ("server", "database", "redis", "queries", "flushes")
    ]
    cells = [workload.title, name, f"{rate:,.0f}", *_ratio(workload, rounds, ours)]
    cells += [f"{p50:.1f}", f"{p99:.1f}", *(f"{cost:,.0f}" for cost in costs[:3])]
    cells += [f"{cost:.2f}" for cost in costs[3:]]
    return f"| {' | '.join(cells)} |"


def _ratio(workload: Workload, rounds: list[Round], ours: list[Round] | None) -> tuple[str, str]:
    """Ours over theirs, round by round, and the goal; on the other server's line."""
    if ours is None:
        return "", ""
    pairs = [mine.run.rate / other.run.rate for mine, other in zip(ours, rounds, strict=True)]
    goal = workload.limit_goal if rounds[0].target == "limit" else workload.goal
    middle = statistics.median(pairs)
    ratio = f"{middle:.2f} ({min(pairs):.2f}-{max(pairs):.2f})"
    return ratio, "" if goal is None else f"{goal:g}"


def _median(rounds: list[Round], path: str) -> float:
    return statistics.median(_values(rounds, path))


def _values(rounds: list[Round], path: str) -> Iterator[float]:
    part, field = path.split(".")
    for each in rounds:
        yield getattr(getattr(each, part), field)
