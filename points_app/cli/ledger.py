"""`flask ledger`: the chain of seals over the ledger."""

from datetime import datetime

import click
from flask.cli import AppGroup

from points_app.services.points import ledger_seals
from points_app.wire.formats import iso

ledger = AppGroup("ledger", help="The chain of seals over the ledger.")


@ledger.command("root")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="A day of the shop; default: up to now"
)
def root(day: datetime | None) -> None:
    """Print the root of the chain, to be kept outside this system.

    `flask prove --root DIGEST` shows later that nothing before it was changed.
    """
    found = ledger_seals.root(day.date() if day else None)
    if found is None:
        raise click.ClickException("no ledger row was sealed by then")
    click.echo(f"{found['digest']}  seal {found['seal']} of {iso(found['sealed_at'])}")


@ledger.command("seal")
def seal() -> None:
    """Seal what is not sealed yet, as the worker does every 20 seconds."""
    click.echo(f"{ledger_seals.seal_all()} rows sealed")
