"""The sender of a developer's machine: the code goes to the terminal, nothing leaves."""

import sys

from points_app.crypto import mask_mobile


class ConsoleSms:
    """Writes the code to standard error, which is the point: the developer types it in."""

    def send_code(self, phone: str, code: str) -> None:
        """Print one line such as ``SMS code for 138****8000: 123456``."""
        print(f"SMS code for {mask_mobile(phone)}: {code}", file=sys.stderr, flush=True)

    def check(self) -> None:
        """A terminal needs no credentials."""
