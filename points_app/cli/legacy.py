"""`flask import-legacy`: moving in from the first backend."""

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from points_app.cli.failures import in_words
from points_app.services import legacy, proof
from points_app.services.legacy.report import Report
from points_app.services.points import ledger_seals


@click.command("import-legacy")
@click.option(
    "--from",
    "url",
    required=True,
    envvar="LEGACY_DATABASE_URL",
    help="mysql+pymysql://user:password@host/name; better by LEGACY_DATABASE_URL, which no "
    "process list shows.",
)
@click.option("--write", is_flag=True, help="Write; without it only show what would be done.")
@click.option("--resume", is_flag=True, help="Go on after an import that was interrupted.")
@with_appcontext
def import_legacy(url: str, write: bool, resume: bool) -> None:
    """Move the customer's existing tables into this new, migrated, empty database.

    Balances move as guests see them; a correction row says where the history disagrees. Ends with
    the proof of the books. Stop the old service first: what it writes meanwhile is not seen.
    """
    try:
        report = legacy.run(url, write, resume, _tell)
    except legacy.ImportRefused as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError as error:  # its text may hold a guest's row
        raise click.ClickException(in_words(error) or type(error).__name__) from None
    _print(report, write)
    if write:
        click.echo(f"sealed {ledger_seals.seal_all()} ledger rows")
        wrong = proof.prove().offenders
        click.echo("the books balance" if not wrong else f"{wrong} rows are wrong: flask prove")
        sys.exit(1 if wrong else 0)


def _tell(table: str, done: int, total: int) -> None:
    click.echo(f"  ... {table}: {done} of {total}", err=True)


def _print(report: Report, write: bool) -> None:
    for table, count in report.moved.items():
        click.echo(f"{table}: {count} {'moved' if write else 'would move'}")
    click.echo(
        f"balances corrected: {report.corrected_guests} guests, "
        f"+{report.points_added} and -{report.points_removed} points against their history"
    )
    for problem in report.problems:
        click.echo(f"  ! {problem}")
    if report.problem_count > len(report.problems):
        click.echo(f"  ! and {report.problem_count - len(report.problems)} more")
    if not write:
        click.echo("Nothing was written. To move, run it again with --write")
