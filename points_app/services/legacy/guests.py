"""Guests with their wallets and ledgers."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert

from points_app.database.session import execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.accounts import User, UserStatus
from points_app.models.points import LedgerEntry
from points_app.services.legacy import history
from points_app.services.legacy.history import Line
from points_app.services.legacy.moving import last_moved
from points_app.services.legacy.reading import Legacy, Row, moment, text
from points_app.services.legacy.report import Report
from points_app.services.points import ledger_macs

PHONE = re.compile(r"1[3-9][0-9]{9}")


def guests(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the users whose number is one, each with their ledger, a batch a transaction."""
    last = last_moved(User.user_id) if write else 0
    seen: set[str] = set()
    for rows in legacy.batches("users", "user_id", last):
        fit = [row for row in rows if _fits(row, seen, report)]
        histories = legacy.history([row["user_id"] for row in fit])
        ledgers = [_ledger(row, histories[row["user_id"]], report) for row in fit]
        if write and fit:
            _write(fit, ledgers)
        yield len(fit)


def _fits(row: Row, seen: set[str], report: Report) -> bool:
    mobile = str(row["mobile"] or "")
    if not PHONE.fullmatch(mobile):
        report.trouble(f"users {row['user_id']}: its mobile is no number, the guest stays behind")
        return False
    if mobile in seen:
        report.trouble(f"users {row['user_id']}: its mobile has another account, it stays behind")
        return False
    seen.add(mobile)
    if int(row["total_points"] or 0) < 0:
        report.trouble(f"users {row['user_id']}: a negative balance moves in as 0")
    return True


def _ledger(row: Row, rows: Sequence[Row], report: Report) -> list[Line]:
    joined = moment(row.get("created_at")) or utcnow()
    lines = history.ledger(row["user_id"], max(0, int(row["total_points"] or 0)), rows, joined)
    off = history.correction(lines)
    if off or any(line.description == history.OPENING for line in lines):
        report.corrected(off)
    return lines


@transactional
def _write(rows: Sequence[Row], ledgers: Sequence[list[Line]]) -> None:
    execute(
        insert(User),
        [_user(row, lines) for row, lines in zip(rows, ledgers, strict=True)],
    )
    entries = [
        _entry(row["user_id"], line)
        for row, lines in zip(rows, ledgers, strict=True)
        for line in lines
    ]
    if entries:
        execute(insert(LedgerEntry), entries)


def _user(row: Row, lines: Sequence[Line]) -> dict[str, Any]:
    mobile = str(row["mobile"])
    user = User(mobile_hash=parts.vault.blind_index(mobile))
    created = moment(row.get("created_at")) or utcnow()
    banned = row.get("status") == UserStatus.BANNED.value
    return {
        "user_id": row["user_id"],
        "mobile": parts.vault.seal(mobile, user.mobile_row),
        "mobile_hash": user.mobile_hash,
        "total_points": lines[-1].balance_after if lines else 0,
        "is_merchant": bool(row.get("is_merchant")),
        "nickname": text(row.get("nickname"), 50) or f"用户{mobile[-4:]}",
        "avatar": text(row.get("avatar"), 255),
        "last_login": moment(row.get("last_login")),
        "status": UserStatus.BANNED.value if banned else UserStatus.ACTIVE.value,
        "created_at": created,
        "updated_at": moment(row.get("updated_at")) or created,
    }


def _entry(user_id: int, line: Line) -> dict[str, Any]:
    entry = {
        "user_id": user_id,
        "type": "earn" if line.points > 0 else "spend",
        "points": line.points,
        "description": line.description,
        "source": line.source,
        "balance_after": line.balance_after,
        "related_id": line.related_id,
        "created_at": line.created_at,
    }
    return {**entry, "mac": ledger_macs.row_mac(entry)}
