"""Marks that `flask doctor` sends on their way to see them arrive: through a worker, and through
whatever stands in front of the web processes."""

import json
import secrets
import time
import urllib.request
from dataclasses import asdict, dataclass

from points_app import jobs
from points_app.extensions import parts
from points_app.services import waiting

HEADER = "X-Points-Probe"
KEPT_SECONDS = 60
# An address that belongs to nobody (TEST-NET-2, RFC 5737), as if somebody had invented it.
INVENTED = "198.51.100.7"


@dataclass(frozen=True, slots=True)
class Way:
    """How a request arrived: the address it was taken to come from, and X-Forwarded-For."""

    address: str
    forwarded: str

    @property
    def proxies(self) -> int:
        """How many proxies added where the request came from; those that replace what the caller
        sent count as well."""
        added = [each.strip() for each in self.forwarded.split(",") if each.strip()]
        return len(added) - 1 - added.index(INVENTED) if INVENTED in added else len(added)


def work(seconds: float) -> float | None:
    """How many seconds a worker took to do a task sent now; None when none did within `seconds`.
    Raises what the broker's client raises."""
    mark, began = secrets.token_hex(16), time.monotonic()
    if not jobs.enqueue(jobs.PROBE, mark):
        return None
    done = waiting.wait_for(_key(mark), seconds)
    return time.monotonic() - began if done else None


def worked(mark: str) -> None:
    """The worker's part."""
    waiting.announce(_key(mark), "done")


def way_in(url: str, seconds: float) -> Way | None:
    """How a request to `url` arrives at a web process; None when it does not. Raises OSError when
    there is no answer, redis.RedisError."""
    mark = secrets.token_hex(16)
    parts.redis.set(_key(mark), "", ex=KEPT_SECONDS)
    headers = {HEADER: mark, "X-Forwarded-For": INVENTED}
    request = urllib.request.Request(url, headers=headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    direct.open(request, timeout=seconds).close()
    found = parts.redis.getdel(_key(mark))
    return Way(**json.loads(found)) if found else None


def arrived(mark: str, way: Way) -> None:
    """The web process' part: answers to a mark that `way_in` has made. Raises redis.RedisError."""
    parts.redis.set(_key(mark), json.dumps(asdict(way)), ex=KEPT_SECONDS, xx=True)


def _key(mark: str) -> str:
    return f"probe:{mark}"
