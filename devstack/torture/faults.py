"""What happens to the service: every kind of fault in turn, and how long it took to get over it."""

import signal
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import redis

from devstack.torture.client import Probe
from devstack.torture.service import Service, send

WELL_SECONDS = 1.5
RECOVERY_LIMIT = 60.0


@dataclass(frozen=True)
class Survived:
    """One fault: seconds until the service was well again, counted from the fault's end, and how
    many of the probe's questions went unanswered from its beginning."""

    recovery: float
    unanswered: int


@dataclass
class Injector:
    """Breaks one thing after the other. Call it from the main thread: it starts processes.

    `outage` is for how many seconds Redis stays away; the other outages are shares of it. `cutting`
    is the share of requests whose client hangs up without waiting for the answer.
    """

    service: Service
    probe: Probe
    dice: Random
    outage: float = 30.0
    say: Callable[[str], None] = print
    cutting: float = 0.01
    seen: dict[str, list[Survived]] = field(default_factory=lambda: defaultdict(list))
    _deck: list[str] = field(default_factory=list)

    def next_fault(self) -> str:
        """One fault: the kinds in turn, each round in another order; which it was."""
        if not self._deck:
            self._deck = list(KINDS)
            self.dice.shuffle(self._deck)
        kind = self._deck.pop()
        before = self.probe.failures
        back_at = KINDS[kind](self)
        survived = Survived(self._await_recovery(back_at), self.probe.failures - before)
        self.seen[kind].append(survived)
        self.say(f"{kind}: well {survived.recovery:.2f} s after it")
        return kind

    def fault_count(self) -> int:
        """How many faults there were."""
        return sum(map(len, self.seen.values()))

    def _await_recovery(self, back_at: float) -> float:
        """Wait until the probe has not failed for a while; seconds from the end of the fault to
        the probe's last failure."""
        deadline = time.monotonic() + RECOVERY_LIMIT
        while time.monotonic() < deadline:
            self.service.revive()
            time.sleep(0.1)
            quiet_since = max(self.probe.last_failure, back_at)
            if self.probe.last_success - quiet_since > WELL_SECONDS:
                return max(0.0, self.probe.last_failure - back_at)
        raise TimeoutError(f"the service did not recover within {RECOVERY_LIMIT:.0f} s")

    def _wait(self, share: float) -> None:
        time.sleep(self.outage * share)

    def web_worker_killed(self) -> float:
        pid = self.dice.choice(self.service.web_workers() or [0])
        if pid:
            send(pid, signal.SIGKILL)
        return time.monotonic()

    def web_master_killed(self) -> float:
        send(self.service.web.pid, signal.SIGKILL)
        at = time.monotonic()
        self.service.restart_web()
        return at

    def web_reloaded(self) -> float:
        send(self.service.web.pid, signal.SIGHUP)
        at = time.monotonic()
        old = set(self.service.web_workers())
        while old & set(self.service.web_workers()) and time.monotonic() < at + 30:
            time.sleep(0.1)
        return at

    def task_process_killed(self) -> float:
        for pid in self.service.worker_children()[:1]:
            send(pid, signal.SIGKILL)
        return time.monotonic()

    def worker_killed(self) -> float:
        worker = self.dice.choice(self.service.workers)
        worker.kill()
        worker.start()
        return time.monotonic()

    def reading_hangs(self) -> float:
        stuck = self.service.worker_children()
        for pid in stuck:
            send(pid, signal.SIGSTOP)
        self._wait(0.3)
        for pid in stuck:
            send(pid, signal.SIGCONT)
        return time.monotonic()

    def redis_restarted(self) -> float:
        self.service.redis.stop()
        self.service.redis.start()
        return time.monotonic()

    def redis_gone(self) -> float:
        self.service.redis.kill()
        self._wait(1.0)
        self.service.redis.start()
        return time.monotonic()

    def redis_in_pieces(self) -> float:
        """Five outages with hardly a rest: what counts attempts or keeps connections runs out."""
        for _ in range(5):
            self.service.redis.kill()
            self._wait(0.1)
            self.service.redis.start()
        return time.monotonic()

    def redis_full(self) -> float:
        """It answers, and refuses whatever needs memory."""
        with redis.Redis.from_url(self.service.redis.url) as client:
            client.config_set("maxmemory", 1)
            self._wait(0.5)
            client.config_set("maxmemory", 0)
        return time.monotonic()

    def redis_frozen(self) -> float:
        pid = self.service.redis.pid
        send(pid, signal.SIGSTOP)
        self._wait(0.3)
        send(pid, signal.SIGCONT)
        return time.monotonic()

    def mariadb_restarted(self) -> float:
        self.service.mariadb.stop()
        self.service.mariadb.start()
        return time.monotonic()

    def mariadb_killed(self) -> float:
        self.service.mariadb.kill()
        self.service.mariadb.start()
        return time.monotonic()

    def mariadb_frozen(self) -> float:
        pid = self.service.mariadb.pid
        send(pid, signal.SIGSTOP)
        self._wait(0.15)
        send(pid, signal.SIGCONT)
        return time.monotonic()

    def storage_down(self) -> float:
        self.service.s3.kill()
        self._wait(0.3)
        self.service.s3.start()
        return time.monotonic()

    def clients_hang_up(self) -> float:
        usual, self.cutting = self.cutting, 0.5
        self._wait(0.1)
        self.cutting = usual
        return time.monotonic()


KINDS: dict[str, Callable[[Injector], float]] = {
    "kill -9 of a web worker": Injector.web_worker_killed,
    "kill -9 of the web master": Injector.web_master_killed,
    "rolling restart by SIGHUP": Injector.web_reloaded,
    "kill -9 of a Celery child": Injector.task_process_killed,
    "kill -9 of a whole Celery worker": Injector.worker_killed,
    "reading hangs": Injector.reading_hangs,
    "Redis restarted": Injector.redis_restarted,
    "Redis gone": Injector.redis_gone,
    "Redis gone five times": Injector.redis_in_pieces,
    "Redis full": Injector.redis_full,
    "Redis frozen": Injector.redis_frozen,
    "MariaDB restarted": Injector.mariadb_restarted,
    "kill -9 of MariaDB": Injector.mariadb_killed,
    "MariaDB frozen": Injector.mariadb_frozen,
    "storage down": Injector.storage_down,
    "clients hang up after sending": Injector.clients_hang_up,
}
