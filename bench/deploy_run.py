"""Deploy again and again under load, and count what clients notice.

Start bin/serve in another terminal first. A number of clients asks without a pause, each request on
a connection of its own, as a reverse proxy does; meanwhile bin/deploy replaces every process.
Printed are the requests that failed and the slowest answers, beside those of as many seconds
without a deploy.
"""

import argparse
import http.client
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from dotenv import dotenv_values

from devstack.serve import PROJECT

# A reverse proxy asks like this: one request a connection (nginx's default towards its upstream).
ONE_REQUEST = {"Connection": "close"}
PATIENCE = 60


@dataclass
class Load:
    """Clients that ask without a pause: what came back, and how many seconds each answer took."""

    port: int
    path: str
    outcomes: Counter[object] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    counting: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """One client's, until it is over."""
        while not self.over.is_set():
            began = time.perf_counter()
            outcome = self._ask()
            with self.counting:
                self.outcomes[outcome] += 1
                self.seconds.append(time.perf_counter() - began)

    def _ask(self) -> object:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", self.path, headers=ONE_REQUEST)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except OSError as error:
            return repr(error)
        finally:
            connection.close()

    def report(self, title: str) -> bool:
        """Print it; whether every request was answered with 200."""
        times, failed = sorted(self.seconds), self.outcomes.total() - self.outcomes[200]
        p99 = times[int(len(times) * 0.99)] * 1000
        print(
            f"{title}: {len(times):,} requests, {failed} failed, p99 {p99:.0f} ms, "
            f"slowest {times[-1] * 1000:.0f} ms",
            flush=True,
        )
        if failed:
            print(f"  {dict(self.outcomes)}")
        return not failed


def main() -> None:
    """Measure; exits 1 when a request failed."""
    parser = argparse.ArgumentParser(prog="bench/deploy", description=__doc__)
    parser.add_argument("--deploys", type=int, default=3, help="how often (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=6, help="at once (default: %(default)s)")
    parser.add_argument("--path", default="/readyz", help="default: %(default)s")
    parser.add_argument("--data", default=".data", help="bin/serve's (default: %(default)s)")
    options = parser.parse_args()
    told = dotenv_values(PROJECT / options.data / "serve.env")
    environment = os.environ | {name: text or "" for name, text in told.items()}
    if not told.get("WEB_PIDFILE"):
        sys.exit(f"no server is known in {options.data}: start bin/serve in another terminal")
    well = True
    for number in range(1, options.deploys + 1):
        seconds, deployed = under_load(f"deploy {number}", options, environment, deploy)
        _, calm = under_load("without one", options, environment, rest(seconds))
        well = well and deployed and calm
    sys.exit(0 if well else 1)


def under_load(
    title: str,
    options: argparse.Namespace,
    environment: dict[str, str],
    work: Callable[[dict[str, str]], object],
) -> tuple[float, bool]:
    """(seconds the work took, whether every request was answered)"""
    load = Load(int(environment["PORT"]), options.path)
    clients = [threading.Thread(target=load.run) for _ in range(options.clients)]
    for client in clients:
        client.start()
    began = time.monotonic()
    try:
        work(environment)
    finally:
        seconds = time.monotonic() - began
        load.over.set()
        for client in clients:
            client.join()
    return seconds, load.report(title)


def rest(seconds: float) -> Callable[[object], None]:
    """Nothing, for as long."""
    return lambda _: time.sleep(seconds)


def deploy(environment: dict[str, str]) -> None:
    """Run bin/deploy to its end."""
    command = [sys.executable, "-m", "devstack.deploy"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
