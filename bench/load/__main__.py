"""Measure the HTTP side, all guarantees on, against a Node service of the same endpoints."""

import argparse
import socket
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.load import books, data, limit, stage, wrk
from bench.load.gauges import Gauges
from bench.load.report import Round, Table
from bench.load.workloads import BY_NAME, REDEEMED, WORKLOADS, Workload
from devstack.process import ProcessFailed

SETTLED = 0.04
WARM_ROUNDS = 8
DATABASES = {"ours": "points", "peer": "peer"}
EPILOG = """\
Installs wrk, MariaDB and npm from Debian's packages when they are missing and this is root, and the
peer's packages from npm into a folder that is deleted afterwards. Both servers stand on one MariaDB
that flushes every commit, and take turns, so that a busy machine is busy for both.

  bench/http --only draw,decade --rounds 6
  bench/http --no-peer --only products --products 50000
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Bench:
    """Two servers on one ground, measured in turn."""

    def __init__(self, options: argparse.Namespace, folder: Path, stack: ExitStack) -> None:
        self.options = options
        self.folder = folder
        say("starting MariaDB and Redis")
        self.ground = stack.enter_context(stage.ground(folder))
        environment = stage.our_environment(self.ground, folder, options.processes, options.threads)
        say(f"loading {options.users} guests and {options.products} products")
        self.world = data.load(environment, options.users, options.products)
        self.port = int(self.ground.database.url.rpartition(":")[2].partition("/")[0])
        if options.history:
            say(f"adding {options.history} ledger rows")
            data.add_history(self.port, options.users, options.history)
        self.gauges = Gauges(self.port, self.ground.database.pid, self.ground.redis.pid)
        self.targets = [stack.enter_context(stage.ours(environment, folder / "ours.log"))]
        self.limit = None
        if not options.no_limit:
            self.limit = limit.compiled(folder, self.port, options.users, REDEEMED)
            if self.limit is None:
                say("no compiler or no libmariadb-dev: measuring without the limit")
        if not options.no_peer:
            self.targets.append(self._start_peer(environment, stack))

    def _start_peer(self, environment: dict[str, str], stack: ExitStack) -> stage.Target:
        say("installing and starting the peer")
        with books.connect(self.port) as connection:
            connection.cursor().execute("CREATE DATABASE peer")
        theirs = stage.peer_environment(self.ground, environment)
        stage.install_peer(self.folder / "peer", theirs)
        data.copy_to_peer(self.port, self.world.phones)
        log = self.folder / "peer.log"
        return stack.enter_context(stage.peer(theirs, self.folder / "peer", log))

    def measure(self, workload: Workload) -> list[Round]:
        """Warm up, then A B A B ..."""
        files = {target.name: self._prepare(workload, target) for target in self.targets}
        for target in self.targets:
            self._warm(workload, target, files[target.name])
        rounds = []
        for number in range(1, self.options.rounds + 1):
            for target in self.targets:
                rounds.append(self._round(workload, target, files[target.name]))
            if self.limit and workload.limit_goal:
                rounds.append(self._limit_round(workload, self.limit))
            rates = " ".join(
                f"{each.target} {each.run.rate:,.0f}/s" for each in rounds[-len(rounds) // number :]
            )
            say(f"{workload.name}: round {number} of {self.options.rounds}: {rates}")
        if workload.writes:
            for target in self.targets:
                checked = books.check(self.port, DATABASES[target.name], data.STOCK)
                say(f"{workload.name}: {checked} invariants hold for {target.name}")
        return rounds

    def _prepare(self, workload: Workload, target: stage.Target) -> Path:
        ours = target.name == "ours"
        tokens = self.world.our_tokens if ours else self.world.peer_tokens
        requests = workload.make(self.world, tokens)
        _check_answer(target.port, requests[-1])
        return wrk.save(requests, self.folder / f"{workload.name}-{target.name}.requests")

    def _warm(self, workload: Workload, target: stage.Target, requests: Path) -> None:
        """Until two figures in a row agree: a cold JIT costs the peer twice the time."""
        before = 0.0
        for number in range(1, WARM_ROUNDS + 1):
            rate = self._run(target, requests, self.options.warm_seconds).rate
            if number > 2 and abs(rate - before) < SETTLED * before:
                break
            before = rate
        say(f"{workload.name}: {target.name} warm after {number} runs, {rate:,.0f}/s")

    def _round(self, workload: Workload, target: stage.Target, requests: Path) -> Round:
        rows = books.written(self.port, DATABASES[target.name]) if workload.writes else 0
        before = self.gauges.read(target.processes)
        run = self._run(target, requests, self.options.seconds)
        if not run.requests:
            raise wrk.LoadFailed(f"{target.name} answered nothing in {self.options.seconds:g} s")
        spent = (self.gauges.read(target.processes) - before).per(run.requests)
        if workload.writes and target.name == "ours":
            rows = books.written(self.port, DATABASES[target.name]) - rows
            if rows < run.requests:
                raise wrk.LoadFailed(f"{run.requests} requests left {rows} rows")
        return Round(target.name, run, spent)

    def _limit_round(self, workload: Workload, program: limit.Limit) -> Round:
        """The same for the limit, whose processes come and go with the round."""
        itself = self.targets[0].processes
        before = self.gauges.read(itself)
        threads, seconds = self.options.connections, self.options.seconds
        run, cpu = program.run(workload.name, threads, seconds)
        spent = replace(self.gauges.read(itself) - before, server=cpu)
        return Round("limit", run, spent.per(run.requests))

    def _run(self, target: stage.Target, requests: Path, seconds: float) -> wrk.Run:
        return wrk.run(target.port, requests, self.options.connections, seconds)


def _check_answer(port: int, request: bytes) -> None:
    """A workload whose requests are refused would look fast. Raises LoadFailed."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while b'"data":' not in answer and (part := connection.recv(65536)):
            answer += part
    if b'"code":0' not in answer:
        raise wrk.LoadFailed(answer.decode(errors="replace"))


def main(argv: Sequence[str] | None = None) -> int:
    options = _arguments(argv)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name, ExitStack() as s:
        folder = Path(name)
        try:
            bench = Bench(options, folder, s)
            table = Table()
            for workload in options.only or WORKLOADS:
                say(table.add(workload, bench.measure(workload)))
        except (ProcessFailed, wrk.LoadFailed, books.BooksWrong) as error:
            say(f"bench/http: {error}")
            for log in folder.glob("*.log"):
                say(f"--- {log.name}\n{log.read_text()[-1500:]}")
            return 1
        print(table)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/http",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    names = ", ".join(BY_NAME)
    add("--only", type=_workloads, metavar="NAME,...", help=f"of: {names} (default: all)")
    add("--rounds", type=int, default=4, help="rounds of each server (default 4)")
    add("--seconds", type=float, default=6, help="length of a round (default 6)")
    add("--warm-seconds", type=float, default=3, help="length of a warm-up run (default 3)")
    add("--connections", type=int, default=32, help="open connections (default 32)")
    add("--processes", type=int, default=2, help="processes of each server (default 2)")
    add("--threads", type=int, default=16, help="threads of each of our processes (default 16)")
    add("--users", type=int, default=2000, help="guests (default 2000)")
    add("--products", type=int, default=5000, help="products (default 5000)")
    add("--history", type=int, default=0, metavar="ROWS", help="ledger rows of earlier years")
    add("--no-peer", action="store_true", help="measure the product alone")
    add("--no-limit", action="store_true", help="leave out the limit of the database")
    add("--folder", type=Path, help="where the database lives (default: the temporary folder)")
    return parser.parse_args(argv)


def _workloads(text: str) -> list[Workload]:
    try:
        return [BY_NAME[name] for name in text.split(",")]
    except KeyError as error:
        raise argparse.ArgumentTypeError(f"no workload {error}") from None


if __name__ == "__main__":
    sys.exit(main())
