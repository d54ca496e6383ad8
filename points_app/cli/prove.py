"""`flask prove`: are the books right?"""

import re
import sys
import time
from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext

from points_app.database.session import utcnow
from points_app.services import proof
from points_app.services.proof.verdicts import Verdict

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType):
    """A time in UTC, or how long ago: 2026-01-15T06:30, 45m, 36h, 7d."""

    name = "time"

    def convert(self, value: object, param: object, context: object) -> datetime:
        if isinstance(value, datetime):
            return value
        ago = re.fullmatch(r"([0-9]{1,6})([mhd])", str(value))
        if ago:
            return utcnow() - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither a time like 2026-01-15T06:30 nor one like 36h")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.option("--since", type=Moment(), help="Only guests touched since: 36h, 7d, 2026-01-15T06:30")
@click.option("--root", "roots", multiple=True, help="A digest of `ledger root` that must be there")
@click.option("--quiet", is_flag=True, help="Print only what is wrong.")
@with_appcontext
def prove(since: datetime | None, roots: tuple[str, ...], quiet: bool) -> None:
    """Check the books of the live database; exit 1 when a row is wrong.

    Reads one consistent snapshot and takes no lock, so the service need not stop. The result is
    kept for the metrics.
    """
    began = time.monotonic()

    def tell(text: str) -> None:
        if not quiet:
            click.echo(f"  ... {text}, {time.monotonic() - began:.0f} s", err=True)

    def announce(verdict: Verdict) -> None:
        if verdict.offenders or verdict.unchecked or not quiet:
            click.echo(_line(verdict))
        for key, rows in verdict.unchecked.items():
            click.echo(f"           {rows:,} rows need the key {key} in ENCRYPTION_KEYS_OLD")
        for what in verdict.named:
            click.echo(f"           {what}")
        if verdict.offenders > len(verdict.named):
            click.echo(f"           and {verdict.offenders - len(verdict.named)} more")

    result = proof.prove(since, roots, tell, announce)
    if result.offenders or result.unchecked or not quiet:
        verdict = f"{result.offenders} WRONG" if result.offenders else "the books are right"
        if result.unchecked:
            verdict += f", {result.unchecked:,} rows NOT CHECKED for want of a key"
        click.echo(f"{verdict}: {result.rows:,} rows read in {result.seconds:.1f} s")
    sys.exit(1 if result.offenders else 0)


def _line(verdict: Verdict) -> str:
    sound = "NOT CHECKED" if verdict.unchecked else "ok"
    state = f"{verdict.offenders} WRONG" if verdict.offenders else sound
    return f"{verdict.rule:<9} {state:<8} {verdict.claim} ({verdict.rows:,} rows)"
