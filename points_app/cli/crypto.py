"""`flask crypto`: the key that seals personal data."""

import click
from flask.cli import AppGroup

from points_app.extensions import parts
from points_app.services import rotation

crypto = AppGroup("crypto", help="The key that seals phone numbers and delivery information.")


@crypto.command()
def status() -> None:
    """How many values each key sealed; an old key may go when none is left."""
    current = parts.vault.current.id
    click.echo(f"today's key: {current}")
    for column, counts in rotation.state().items():
        keys = ", ".join(f"{key}: {count}" for key, count in counts.items())
        click.echo(f"{column}: {keys or 'empty'}")


@crypto.command()
@click.option("--batch", default=rotation.BATCH, show_default=True, help="Rows a transaction.")
def rotate(batch: int) -> None:
    """Seal every value again with ENCRYPTION_KEY, while the service runs.

    ENCRYPTION_KEYS_OLD must name the keys used so far. May be stopped and started again.
    """
    results = rotation.rotate(_show, batch)
    for result in results:
        click.echo(f"{result.column}: {result.changed} sealed again")
    unreadable = {result.column: result.unreadable for result in results if result.unreadable}
    if unreadable:
        raise click.ClickException(f"no known key opens these rows: {unreadable}")


def _show(column: str, done: int, total: int) -> None:
    click.echo(f"{column}: {done} of {total}", err=True)
