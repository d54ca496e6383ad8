"""Where the demo gets login codes from."""

import re
import time
from pathlib import Path
from typing import Protocol

from demo.narrator import Differs

PRINTED_WITHIN = 10.0
CODE_LINE = re.compile(r"SMS code for (1[0-9]{2}\*{4}[0-9]{4}): ([0-9]{6})")


class Codes(Protocol):
    """A guest's text messages."""

    def mark(self) -> None:
        """Codes of before this moment are of no use."""

    def read(self, phone: str) -> str:
        """The code that was sent to `phone` since the mark. Raises Differs."""


class Fixed:
    """One code that the server takes from everybody (SMS_ACCEPT_ANY_CODE=1)."""

    def __init__(self, code: str) -> None:
        self._code = code

    def mark(self) -> None:
        """Nothing to remember."""

    def read(self, phone: str) -> str:
        return self._code


class Printed:
    """Codes as a development server prints them, read from a file with its output."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read_from = 0

    def mark(self) -> None:
        self._read_from = self._log.stat().st_size if self._log.exists() else 0

    def read(self, phone: str) -> str:
        masked = f"{phone[:3]}****{phone[-4:]}"
        deadline = time.monotonic() + PRINTED_WITHIN
        while time.monotonic() < deadline:
            for number, code in reversed(CODE_LINE.findall(self._new_text())):
                if number == masked:
                    return code
            time.sleep(0.05)
        raise Differs(f"no login code for {masked} in {self._log}: does the server print there?")

    def _new_text(self) -> str:
        if not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            file.seek(self._read_from)
            return file.read().decode(errors="replace")
