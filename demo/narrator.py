"""Tells the story step by step, and what it expects."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

WIDTH = 76


class Differs(Exception):
    """The server did not do what it should; the text says what and how."""


def expect(what: str, actual: Any, expected: Any) -> None:
    """Raises Differs unless the two are equal."""
    if actual != expected:
        raise Differs(f"{what}: expected {expected!r}, got {actual!r}")


def expect_that(what: str, holds: bool, seen: Any) -> None:
    """Raises Differs, with what was seen, unless the statement holds."""
    if not holds:
        raise Differs(f"{what}: got {seen!r}")


class Narrator:
    """Prints each step when it is over: its number, its title, its time, and what was told."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._began = time.monotonic()
        self._steps = 0
        self._title = "the beginning"
        self._told: list[str] = []

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; it counts as done when its block ends without Differs."""
        self._steps += 1
        self._title = title
        self._told = []
        began = time.monotonic()
        yield
        milliseconds = (time.monotonic() - began) * 1000
        head = f"{self._steps:2}  {title} "
        self._print(f"{head:.<{WIDTH}} {milliseconds:7.0f} ms")
        self._print_told()

    def tell(self, text: str) -> None:
        """A line below the step: what came back."""
        self._told.append(text)

    def failed(self, difference: str) -> None:
        """The story ended early."""
        self._print(f"{self._steps:2}  {self._title} ... NOT AS IT SHOULD BE")
        self._print_told()
        self._print(f"    {difference}")

    def finished(self) -> None:
        """All steps were played."""
        seconds = time.monotonic() - self._began
        self._print(f"\nAll {self._steps} steps as they should be, in {seconds:.1f} s.")

    def _print_told(self) -> None:
        for line in self._told:
            self._print(f"      {line}")

    def _print(self, line: str) -> None:
        print(line, file=self._output, flush=True)
