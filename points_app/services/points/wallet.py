"""The only place where points move: a guarded update of the wallet and its ledger rows. (Moving in
writes opening ledgers itself: legacy/guests.py.)"""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from points_app import metrics
from points_app.database.counters import Counter
from points_app.database.errors import TryAgain
from points_app.database.session import after_commit, execute, utcnow
from points_app.database.statements import Write
from points_app.errors.accounts import UserGone
from points_app.errors.points import InsufficientPoints
from points_app.models.accounts import User
from points_app.models.points import LedgerEntry, Source
from points_app.notices import events
from points_app.services import locks
from points_app.services.points import ledger_macs

_NEW_ENTRIES = Write(insert(LedgerEntry))
_BALANCE = select(User.total_points, User.erased_at).where(User.user_id == bindparam("user_id"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger row to be: signed `points`, and the business fact `related_id` that causes it."""

    points: int
    source: Source
    related_id: str
    description: str


@dataclass(frozen=True, slots=True)
class Provided:
    """A condition that must hold for points to move, and the values of its bindparams."""

    condition: Any
    values: dict[str, Any]


def book(
    user_id: int,
    *entries: Entry,
    shortfall: type[InsufficientPoints] = InsufficientPoints,
    provided: Provided | None = None,
) -> int:
    """Book the entries in order and return the balance after them, in points.

    Runs in the caller's transaction and locks the wallet row. One UPDATE moves the balance, guarded
    so that it is below zero at no step; one INSERT writes all rows. Raises `shortfall` with
    `required` and `current` when the guard refuses, UserGone for an account that was erased,
    TryAgain when the condition `provided` does not hold, LookupError for an unknown user, and the
    database's IntegrityError when a fact was booked before.
    """
    locks.reach(locks.Rank.WALLET, user_id)
    steps = list(accumulate(entry.points for entry in entries))
    required = max(0, -min(steps))
    values = {"required": required, **(provided.values if provided else {})}
    balance = _move(provided and provided.condition).add(user_id, steps[-1], **values)
    if balance is None:
        current = balance_of(user_id, alive=True)
        if current >= required:
            raise TryAgain
        raise shortfall(required=required, current=current)
    before = balance - steps[-1]
    record_id = _write(user_id, entries, [before + step for step in steps])
    _announce(user_id, entries, balance, record_id)
    after_commit(metrics.counter_of_points([(each.source.value, each.points) for each in entries]))
    return balance


@cache
def _move(condition: Any | None) -> Counter:
    """The UPDATE with this further condition. Each is made once: the code has only a few."""
    guards = [User.total_points >= bindparam("required"), User.erased_at.is_(None)]
    return Counter(User.total_points, *guards, *([] if condition is None else [condition]))


def balance_of(user_id: int, alive: bool = False) -> int:
    """The wallet's points. Raises LookupError for an unknown user and, for what must be `alive`,
    UserGone for an erased account."""
    row = execute(_BALANCE, {"user_id": user_id}).one_or_none()
    if row is None:
        raise LookupError(f"no user {user_id}")
    if alive and row.erased_at is not None:
        raise UserGone
    return int(row.total_points)


def _write(user_id: int, entries: tuple[Entry, ...], balances: list[int]) -> int:
    """Write the ledger rows. Returns the id of one of them: it is larger than all ids of the user's
    earlier bookings, so that it serves as the number of this one."""
    now = utcnow()
    rows = [
        {
            "user_id": user_id,
            "type": "earn" if entry.points > 0 else "spend",
            "points": entry.points,
            "description": entry.description,
            "source": entry.source.value,
            "balance_after": balance,
            "related_id": entry.related_id,
            "created_at": now,
        }
        for entry, balance in zip(entries, balances, strict=True)
    ]
    done = _NEW_ENTRIES.run(*({**row, "mac": ledger_macs.row_mac(row)} for row in rows))
    if done.lastrowid is None:  # SQLite, for several rows
        newest = select(func.max(LedgerEntry.id)).where(LedgerEntry.user_id == user_id)
        return int(execute(newest).scalar_one())
    return done.lastrowid


def _announce(user_id: int, entries: tuple[Entry, ...], balance: int, record_id: int) -> None:
    """One notice for the whole operation: what it changed in all, and the final balance."""
    cause = entries[0]
    events.points_update(
        user_id,
        total_points=balance,
        change_points=sum(entry.points for entry in entries),
        reason=cause.source.value,
        operation_id=cause.related_id,
        version=record_id,
    )
