"""Who is next where few can be served at once: in order of arrival, but one of each guest and one
large one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Crowded(RuntimeError):
    """Too many wait, or the turn did not come in time."""


class GuestCrowded(Crowded):
    """Too many of this guest's wait."""


@dataclass(frozen=True, eq=False, slots=True)
class _Ticket:
    guest: int
    is_large: bool


class Turns:
    """Lets `at_once` in, of them one of a guest and one large one at most. Safe between threads.

    `waiting` may wait in all, `of_a_guest` of one guest be there at a time, each for `patience`
    seconds.
    """

    def __init__(self, at_once: int, waiting: int, of_a_guest: int, patience: float) -> None:
        self._at_once = at_once
        self._waiting = waiting
        self._of_a_guest = of_a_guest
        self._patience = patience
        self._changed = threading.Condition()
        self._queue: list[_Ticket] = []
        self._inside: list[_Ticket] = []

    @contextmanager
    def taken(self, guest: int, is_large: bool) -> Iterator[None]:
        """A turn, while the block runs. Raises GuestCrowded, Crowded."""
        ticket = _Ticket(guest, is_large)
        with self._changed:
            self._queue_up(ticket)
            try:
                if not self._changed.wait_for(lambda: self._next() is ticket, self._patience):
                    raise Crowded("the turn did not come in time")
                self._inside.append(ticket)
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._inside.remove(ticket)
                self._changed.notify_all()

    def _queue_up(self, ticket: _Ticket) -> None:
        theirs = [each for each in (*self._queue, *self._inside) if each.guest == ticket.guest]
        if len(theirs) >= self._of_a_guest:
            raise GuestCrowded("too many of this guest wait")
        if len(self._queue) >= self._waiting:
            raise Crowded("too many wait")
        self._queue.append(ticket)

    def _next(self) -> _Ticket | None:
        """The first who may go in now."""
        if len(self._inside) >= self._at_once:
            return None
        guests = {each.guest for each in self._inside}
        large = any(each.is_large for each in self._inside)
        for ticket in self._queue:
            if ticket.guest not in guests and not (large and ticket.is_large):
                return ticket
        return None
