"""How long `flask prove` takes for so many ledger rows, and how much memory; and what the marks on
a row cost."""

import argparse
import os
import resource
import time

from devstack.environment import development_environment
from devstack.folders import scratch_folder
from devstack.mariadb import mariadb_server
from devstack.serve import PROJECT

ROWS_A_GUEST = 100
GUESTS_AT_ONCE = 50


def main(rows: int) -> None:
    with scratch_folder() as folder, mariadb_server(folder / "db") as server:
        environment = development_environment(PROJECT, folder)
        os.environ.update(
            environment
            | {
                "APP_ENV": "development",
                "DATABASE_URL": server.url,
                "REDIS_URL": "redis://127.0.0.1:1/0",
                "LOG_LEVEL": "ERROR",
            }
        )
        measure(rows)


def measure(rows: int) -> None:
    from flask_migrate import upgrade

    from points_app import create_app
    from points_app.services import proof
    from points_app.services.points import ledger_seals

    with create_app().app_context():
        upgrade()
        cost_of_marks()
        began = time.monotonic()
        fill(rows)
        print(f"{rows:,} rows written in {time.monotonic() - began:.0f} s", flush=True)
        began = time.monotonic()
        ledger_seals.seal_all()
        print(f"sealed in {time.monotonic() - began:.1f} s", flush=True)
        before = peak()
        result = proof.prove(tell=lambda _: None)
        print(
            f"proved in {result.seconds:.1f} s, {result.rows:,} rows read, "
            f"{result.offenders} offenders; memory at most {peak()} MB, {before} MB before"
        )


def fill(rows: int) -> None:
    """Guests with ROWS_A_GUEST check-ins each, signed as the wallet signs them."""
    from sqlalchemy import insert

    from points_app.database.session import db
    from points_app.models.accounts import User
    from points_app.models.points import CheckIn, LedgerEntry

    for first in range(1, rows // ROWS_A_GUEST + 1, GUESTS_AT_ONCE):
        guests = range(first, min(first + GUESTS_AT_ONCE, rows // ROWS_A_GUEST + 1))
        with db.engine.begin() as connection:
            connection.execute(insert(User.__table__), [_guest(n) for n in guests])
            entries = [_entry(n, place) for n in guests for place in range(ROWS_A_GUEST)]
            connection.execute(insert(LedgerEntry.__table__), entries)
            days = [_check_in(entry) for entry in entries]
            connection.execute(insert(CheckIn.__table__), days)


def _guest(number: int) -> dict:
    return {
        "user_id": number,
        "mobile": "x",
        "mobile_hash": f"{number:064d}",
        "nickname": "x",
        "total_points": 10 * ROWS_A_GUEST,
    }


def _entry(number: int, place: int) -> dict:
    from datetime import date, timedelta

    from points_app.database.session import utcnow
    from points_app.services.points import ledger_macs

    row = {
        "user_id": number,
        "type": "earn",
        "points": 10,
        "description": "连续签到",
        "source": "check_in",
        "balance_after": 10 * (place + 1),
        "related_id": f"{number}:{date(2026, 1, 1) + timedelta(days=place)}",
        "created_at": utcnow(),
    }
    return row | {"mac": ledger_macs.row_mac(row)}


def _check_in(entry: dict) -> dict:
    from datetime import date

    _, day = entry["related_id"].split(":")
    return {
        "user_id": entry["user_id"],
        "day": date.fromisoformat(day),
        "consecutive_days": 1,
        "points": 10,
    }


def cost_of_marks(times: int = 2000) -> None:
    """The mark on a row, beside what a chain for each guest would need: reading the row before."""
    from sqlalchemy import select

    from points_app.database.session import db
    from points_app.models.points import LedgerEntry
    from points_app.services.points import ledger_macs

    row = _entry(1, 1)
    began = time.perf_counter()
    for _ in range(times):
        ledger_macs.row_mac(row)
    mark = (time.perf_counter() - began) / times
    ledger = LedgerEntry.__table__
    last = select(ledger.c.mac).where(ledger.c.user_id == 1).order_by(ledger.c.id.desc()).limit(1)
    with db.engine.connect() as connection:
        began = time.perf_counter()
        for _ in range(times):
            connection.execute(last).scalar()
        read = (time.perf_counter() - began) / times
    print(f"a mark costs {mark * 1e6:.0f} µs, reading the row before it {read * 1e6:.0f} µs more")


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench/prove", description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000, help="default: %(default)s")
    main(parser.parse_args().rows)
