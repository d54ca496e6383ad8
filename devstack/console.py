"""What bin/serve says: each line behind the name of who wrote it, in the terminal and in a log."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

COLOURS = {"serve": 32, "web": 36, "worker": 35, "beat": 34, "release": 33, "seed": 33}
_logs: list[TextIO] = []


def say(text: str) -> None:
    """Print for bin/serve itself."""
    printer("serve")(text)


def printer(name: str) -> Callable[[str], None]:
    """A function that prints each line behind `name`, in its colour on a terminal."""
    plain = f"{name:<7} |"
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    label = f"\033[{COLOURS[name]}m{plain}\033[0m" if is_coloured else plain

    def write(text: str) -> None:
        lines = text.splitlines() or [""]
        # One write per call: lines of different processes must not interleave.
        sys.stdout.write("".join(f"{label} {line}\n" for line in lines))
        sys.stdout.flush()
        for log in _logs:
            log.write("".join(f"{plain} {line}\n" for line in lines))

    return write


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Write all of it to `path` too, for this user's eyes only: login codes are among it."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", buffering=1) as log:
        _logs.append(log)
        try:
            yield
        finally:
            _logs.remove(log)
