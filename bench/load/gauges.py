"""What a request costs: processor time of each part, queries and flushes of the database."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import pymysql

_TICKS = os.sysconf("SC_CLK_TCK")
# Statements a client sent; a prepared or a compound one counts once.
_STATEMENTS = "Questions"
_FLUSHES = "Innodb_data_fsyncs"


class Processes:
    """A process and its children, as one consumer of processor time."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def cpu(self) -> float:
        """Seconds used so far, user and system, all threads."""
        return sum(_cpu(pid) for pid in _family(self._pid))

    def memory(self) -> int:
        """Private memory in bytes."""
        return sum(_memory(pid) for pid in _family(self._pid))


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _cpu(pid: int) -> float:
    figures = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(figures[11]) + int(figures[12])) / _TICKS


def _memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private"))


@dataclass(frozen=True)
class Reading:
    """All gauges at one moment, or the difference of two moments."""

    server: float
    database: float
    redis: float
    queries: float
    flushes: float

    def __sub__(self, earlier: Self) -> "Reading":
        return Reading(*(getattr(self, f.name) - getattr(earlier, f.name) for f in fields(Reading)))

    def per(self, requests: int) -> "Reading":
        """The same for one request, processor time in microseconds."""
        each = {f.name: getattr(self, f.name) / max(1, requests) for f in fields(Reading)}
        return Reading(
            **{k: v * 1e6 if k in ("server", "database", "redis") else v for k, v in each.items()}
        )


class Gauges:
    """Reads all gauges; the database and Redis are the same for both servers."""

    def __init__(self, port: int, database: int, redis: int) -> None:
        self._connection = pymysql.connect(host="127.0.0.1", port=port, user="root")
        self._database = Processes(database)
        self._redis = Processes(redis)

    def read(self, server: Processes) -> Reading:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SHOW GLOBAL STATUS WHERE Variable_name IN (%s, %s)", (_STATEMENTS, _FLUSHES)
            )
            status = {name: float(value) for name, value in cursor.fetchall()}
        return Reading(
            server.cpu(),
            self._database.cpu(),
            self._redis.cpu(),
            status[_STATEMENTS],
            status[_FLUSHES],
        )
