"""Standard error of a server: whoever reads it, or does not, no request waits for a line.

gunicorn.conf.py reads this file by its path: it imports nothing of the application.
"""

import fcntl
import io
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

# What the kernel keeps for a reader that lags, instead of 64 KiB: some 4,000 lines. It is more than
# a queue of our own would be: it outlives a fork and the end of the process.
PIPE_BYTES = 1024 * 1024


def never_wait() -> None:
    """Have this process, and those it forks, write to a pipe or socket only what fits into it.

    A file takes every line, and a terminal belongs to a person: both stay as they are.
    """
    _let_go(sys.__stdout__)
    if sys.__stderr__ is not None and _let_go(sys.__stderr__):
        sys.stderr = Lossy(sys.__stderr__)


def _let_go(stream: TextIO | None) -> bool:
    """Whether `stream` is one that somebody must read, which does not block any more."""
    if stream is None or stream.closed:
        return False
    number = stream.fileno()
    mode = os.fstat(number).st_mode
    if not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
        return False
    if stat.S_ISFIFO(mode):
        with suppress(OSError):  # a user may have only so many bytes in pipes
            fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    os.set_blocking(number, False)
    return True


class Lossy(io.TextIOBase):
    """A stream without a buffer that drops what it cannot write at once, and tells `on_loss`."""

    on_loss: Callable[[], object] | None = None

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_torn = False

    def write(self, text: str) -> int:
        """Write all of `text` or lose it; a line that was torn ends before the next one begins."""
        data = text.encode(errors="backslashreplace")
        try:
            if self._is_torn:
                os.write(self.fileno(), b"\n")
                self._is_torn = False
            if data:
                self._is_torn = os.write(self.fileno(), data) < len(data)
            is_lost = self._is_torn
        except (OSError, ValueError):  # full; nobody reads any more; the disk is full; closed
            is_lost = True
        if is_lost and self.on_loss is not None:
            self.on_loss()
        return len(text)

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"
