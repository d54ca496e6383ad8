"""What bin/serve says: for people in the terminal, each line behind the name of who wrote it; for
machines in a log, one JSON object a line."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

COLOURS = {"serve": 32, "web": 36, "worker": 35, "beat": 34}
# What every line of the service carries, and what is shown first.
SHOWN_FIRST = ("timestamp", "level", "event", "logger", "request_id")
_logs: list[TextIO] = []


def say(text: str) -> None:
    """Print for bin/serve itself."""
    printer("serve")(text)


def printer(name: str, for_people: bool = True) -> Callable[[str], None]:
    """A function that prints each line behind `name`, in its colour on a terminal; lines of JSON
    `for_people` as words."""
    plain = f"{name:<7} |"
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    label = f"\033[{COLOURS.get(name, 33)}m{plain}\033[0m" if is_coloured else plain

    def write(text: str) -> None:
        lines = text.splitlines() or [""]
        entries = [_entry(line) for line in lines]
        shown = [
            _in_words(entry) if for_people and entry else line
            for line, entry in zip(lines, entries, strict=True)
        ]
        # One write per call: lines of different processes must not interleave.
        sys.stdout.write("".join(f"{label} {line}\n" for line in shown))
        sys.stdout.flush()
        for line, entry in zip(lines, entries, strict=True):
            kept = {"process": name, **(entry or {"event": line})}
            _keep(json.dumps(kept, ensure_ascii=False) + "\n")

    return write


def _keep(line: str) -> None:
    """Into every log; one that takes no more, on a full disk, is given up."""
    for log in list(_logs):
        try:
            log.write(line)
        except OSError as error:
            _logs.remove(log)
            with suppress(OSError):
                log.close()
            say(f"the log file takes no more ({error.strerror}): lines are only shown here")


def _entry(line: str) -> dict[str, Any] | None:
    """The object of a line that is one."""
    if not line.startswith("{"):
        return None
    try:
        return dict(json.loads(line))
    except ValueError:
        return None


def _in_words(entry: dict[str, Any]) -> str:
    """12:30:01 info  request  method=GET route=/api/lottery/config status=200 ms=1.2"""
    time = str(entry.get("timestamp", ""))[11:19]
    level, event = entry.get("level", ""), entry.get("event", "")
    rest = [
        f"{name}={value}"
        for name, value in entry.items()
        if name not in SHOWN_FIRST and value is not None and name != "exception"
    ]
    words = f"{time} {level:<7} {event}  {' '.join(rest)}".rstrip()
    return f"{words}\n{entry['exception']}" if "exception" in entry else words


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
            if log in _logs:
                _logs.remove(log)
