"""Many callers at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from tests.client import Answer

# Settings under which nobody is slowed down, and each of many threads finds a connection.
UNLIMITED = {
    "RATE_LIMIT_API": "1000000",
    "RATE_LIMIT_API_IP": "1000000",
    "RATE_LIMIT_DRAW": "1000000",
    "DB_POOL_SIZE": "64",
}


def race(callers: Sequence[Callable[[], Answer]]) -> Counter[int]:
    """Call all at the same moment; the answers by code."""
    start = threading.Barrier(len(callers))
    codes: Counter[int] = Counter()
    counting = threading.Lock()

    def run(call: Callable[[], Answer]) -> None:
        start.wait()
        answer = call()
        with counting:
            codes[answer.code] += 1

    threads = [threading.Thread(target=run, args=(call,)) for call in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes
