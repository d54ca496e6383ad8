"""How other threads speak to the hub's thread."""

import logging
import os
from collections import deque
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)


class Mailbox:
    """Calls to be made in the loop's thread, in order. `fd` is readable while there are some."""

    def __init__(self) -> None:
        # Never closed: a late `post` must not write into a descriptor that was given out again.
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._calls: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._alarmed = False

    def post(self, function: Callable[..., None], *arguments: Any) -> None:
        """Have the loop call `function`; from any thread."""
        self._calls.append((function, arguments))
        if not self._alarmed:
            self._alarmed = True
            os.eventfd_write(self.fd, 1)

    def leave(self, function: Callable[..., None], *arguments: Any) -> None:
        """The same without waking the loop: the call is made at its next turn."""
        self._calls.append((function, arguments))

    def run(self) -> None:
        """Make the calls; in the loop's thread. One that fails does not stop the next."""
        # In this order: whoever posts after the reset rings again, whoever posted before is served.
        self._alarmed = False
        while self._calls:
            function, arguments = self._calls.popleft()
            try:
                function(*arguments)
            except Exception:
                log.exception("a call to the hub failed")

    def silence(self) -> None:
        """Take back the alarm that made `fd` readable."""
        os.eventfd_read(self.fd)
