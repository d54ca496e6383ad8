"""Login codes of a phone: at most two alive, and how often anybody may guess at them.

A wrong guess costs one unit for each code it was compared with. A phone has UNITS_A_DAY in any 24
hours, so that all guesses of the world together find a code with at most UNITS_A_DAY / 1,000,000.
The units lie in three shares: `familiar` for networks this phone has logged in from, `asker` for
the network that asked for the code, `anybody` for all. A guess pays from the first share it may use
that is not empty; with none left the code is not compared. So a stranger who empties one share
leaves the owner the others.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert

from points_app.crypto import same
from points_app.database.errors import TryAgain, on_duplicate
from points_app.database.session import execute, transactional, utcnow
from points_app.errors.accounts import CodeTooSoon
from points_app.extensions import parts
from points_app.models.accounts import SmsCode
from points_app.services import locks

CODE_LIFE = timedelta(seconds=300)
RESEND_AFTER = timedelta(seconds=60)
A_DAY = timedelta(days=1)
CODES_A_DAY = 10
"""In any 24 hours, not from midnight to midnight."""
CODES_FOR_FAMILIAR = 5
"""So many more for a familiar network: whoever uses up the ten does not keep the owner out."""
CODES_ALIVE = 2
TRIES = 5
"""Of one network at one code."""
SHARES = {"familiar": 8, "asker": 8, "anybody": 4}
UNITS_A_DAY = sum(SHARES.values())
FAMILIAR_NETWORKS = 4


class Kept(NamedTuple):
    """What `keep` wrote, for `take_back`: the code's hash, when it was sent, what it replaced."""

    code_hash: str
    moment: int
    sent_before: datetime | None
    dropped: list[dict[str, Any]]


@transactional
def keep(phone: str, code: str, network: str | None) -> Kept:
    """Note that `code` is about to be sent; `network` asks for it. Locks the phone's row.

    The one before stays alive. Raises CodeTooSoon (retry_after).
    """
    now = utcnow()
    row, who = _row(phone), _source(network)
    if row.sent_at and now - row.sent_at < RESEND_AFTER:
        waited = (row.sent_at + RESEND_AFTER - now).total_seconds()
        raise CodeTooSoon(retry_after=int(waited) + 1)
    day_ago, moment = int((now - A_DAY).timestamp()), int(now.timestamp())
    recent = [sent for sent in row.sent_times if sent > day_ago]
    most = CODES_A_DAY + (CODES_FOR_FAMILIAR if _is_familiar(row, network) else 0)
    if len(recent) >= most:
        raise CodeTooSoon(retry_after=recent[-most] - day_ago)
    alive = _alive(row, now)
    code_hash = parts.vault.blind_index(f"{phone}:{code}")
    entry = {"hash": code_hash, "sent": now.timestamp(), "asker": who, "tries": {}}
    kept = Kept(code_hash, moment, row.sent_at, alive[: 1 - CODES_ALIVE])
    row.codes = [*alive[1 - CODES_ALIVE :], entry]
    row.sent_times = [*recent, moment]
    row.sent_at = now
    return kept


@transactional
def take_back(phone: str, kept: Kept) -> None:
    """The code surely never left: all is as if it had not been asked for."""
    row = _locked(phone)
    if row is None:
        return
    others = [entry for entry in row.codes or () if entry["hash"] != kept.code_hash]
    row.codes = [*kept.dropped, *others]
    times = list(row.sent_times)
    if kept.moment in times:
        times.remove(kept.moment)
    # `sent_at` stays set, by which the row is deleted one day.
    row.sent_times, row.sent_at = times, kept.sent_before or utcnow() - RESEND_AFTER


def redeem(phone: str, code: str, network: str | None) -> bool:
    """Use up the phone's codes with a right one, or a try and units with a wrong one.

    Runs in the caller's transaction; locks the phone's row.
    """
    row, now = _locked(phone), utcnow()
    if row is None:
        return False
    who = _source(network)
    open_to_them = [each for each in _alive(row, now) if each["tries"].get(who, 0) < TRIES]
    share, units = _units(row, now, network, open_to_them)
    compared = open_to_them[-units:] if units else []
    guesses = parts.vault.blind_indexes(f"{phone}:{code}")
    if any(same(entry["hash"], guess) for entry in compared for guess in guesses):
        row.codes = []
        known = [each for each in row.familiar or () if each != who]
        row.familiar = [*known, who][-FAMILIAR_NETWORKS:]
        return True
    if compared:
        row.guesses = [*_recent_guesses(row, now), [now.timestamp(), len(compared), share]]
        hashes = {entry["hash"] for entry in compared}
        row.codes = [
            _tried(each, who) if each["hash"] in hashes else each for each in row.codes or ()
        ]
    return False


def _tried(entry: dict[str, Any], who: str) -> dict[str, Any]:
    tries = entry["tries"]
    return {**entry, "tries": {**tries, who: tries.get(who, 0) + 1}}


def _units(
    row: SmsCode, now: datetime, network: str | None, codes: list[dict[str, Any]]
) -> tuple[str, int]:
    """The share this guess takes from, and how many codes it may be compared with."""
    shares = ["anybody"]
    if any(entry["asker"] == _source(network) for entry in codes):
        shares.insert(0, "asker")
    if _is_familiar(row, network):
        shares.insert(0, "familiar")
    spent = dict.fromkeys(SHARES, 0)
    for _, units, share in _recent_guesses(row, now):
        spent[share] += units
    for share in shares:
        left = SHARES[share] - spent[share]
        if left > 0:
            return share, min(left, len(codes))
    return "anybody", 0


def _alive(row: SmsCode, now: datetime) -> list[dict[str, Any]]:
    """The codes that still count, oldest first."""
    since = (now - CODE_LIFE).timestamp()
    return [entry for entry in row.codes or () if entry["sent"] > since]


def _recent_guesses(row: SmsCode, now: datetime) -> list[list[Any]]:
    since = (now - A_DAY).timestamp()
    return [guess for guess in row.guesses or () if guess[0] > since]


def _source(network: str | None) -> str:
    return _sources(network)[-1]


def _sources(network: str | None) -> list[str]:
    """The keyed hash of a network under every known key, today's last."""
    return [index[:16] for index in parts.vault.blind_indexes(f"source:{network or 'unknown'}")]


def _is_familiar(row: SmsCode, network: str | None) -> bool:
    return not set(_sources(network)).isdisjoint(row.familiar or ())


def _row(phone: str) -> SmsCode:
    row = _locked(phone)
    if row is None:
        new = {"mobile_hash": parts.vault.blind_index(phone), "tries_left": 0, "sent_times": []}
        with on_duplicate(TryAgain):
            execute(insert(SmsCode), new)
        row = _locked(phone)
    assert row is not None
    return row


def _locked(phone: str) -> SmsCode | None:
    """The phone's row under any known key: changing the key gives nobody ten more codes."""
    return locks.codes_of_phone(parts.vault.blind_indexes(phone))
