"""`flask crypto`: the key that seals personal data."""

import click
from flask.cli import AppGroup

from points_app.extensions import parts
from points_app.services.points import ledger_macs
from points_app.services.privacy import key_rotation, keys

crypto = AppGroup("crypto", help="The key that seals phone numbers and delivery information.")


@crypto.command()
def status() -> None:
    """What each key sealed and signed, and which of them the service needs."""
    current = parts.vault.current.id
    click.echo(f"today's key: {current}")
    for column, counts in key_rotation.state().items():
        shown = ", ".join(f"{key}: {count}" for key, count in counts.items())
        click.echo(f"{column}: {shown or 'empty'}")
    signed = ledger_macs.signers()
    for key, retired in keys.known().items():
        click.echo(f"key {key}: {_standing(key, retired, signed.get(key, 0))}")


def _standing(key: str, retired: bool, signed: int) -> str:
    if key == parts.vault.current.id:
        return "today's"
    ours = "" if parts.vault.knows(key) else ", MISSING from ENCRYPTION_KEYS_OLD"
    if not retired:
        return f"seals personal data{ours}; `flask crypto rotate` seals that with today's key"
    if signed:
        return f"signed {signed:,} ledger rows, which are proved with this key{ours}; keep it"
    return "not needed any more: it may be removed from ENCRYPTION_KEYS_OLD"


@crypto.command()
@click.option("--batch", default=key_rotation.BATCH, show_default=True, help="Rows a transaction.")
def rotate(batch: int) -> None:
    """Seal every value again with ENCRYPTION_KEY, while the service runs.

    ENCRYPTION_KEYS_OLD must name the keys used so far. The run may be stopped and started again.
    """
    results = key_rotation.rotate(_show, batch)
    for result in results:
        click.echo(f"{result.column}: {result.changed} sealed again")
    unreadable = {result.column: result.unreadable for result in results if result.unreadable}
    if unreadable:
        raise click.ClickException(f"no known key opens these rows: {unreadable}")


def _show(column: str, done: int, total: int) -> None:
    click.echo(f"{column}: {done} of {total}", err=True)
