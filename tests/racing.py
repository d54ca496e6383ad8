"""Many callers at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.client import Answer

T = TypeVar("T")

# Settings under which nobody is slowed down, and each of many threads finds a connection.
UNLIMITED = {
    "RATE_LIMIT_API": "1000000",
    "RATE_LIMIT_API_IP": "1000000",
    "RATE_LIMIT_DRAW": "1000000",
    "DB_POOL_SIZE": "64",
}


def at_once(callers: Sequence[Callable[[], T]]) -> list[T]:
    """Call all at the same moment; what came of them, the first to be done first."""
    start = threading.Barrier(len(callers))
    results: list[T] = []

    def run(call: Callable[[], T]) -> None:
        start.wait()
        results.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def race(callers: Sequence[Callable[[], Answer]]) -> Counter[int]:
    """Call all at the same moment; the answers by code."""
    return Counter(answer.code for answer in at_once(callers))
