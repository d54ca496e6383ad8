"""`flask seed`: the first data of a new database."""

import click
from flask import current_app
from flask.cli import with_appcontext

from points_app.services.operations import seeding


@click.command()
@click.option(
    "--accounts/--no-accounts",
    default=None,
    help="Also create a guest, a merchant and an admin to try things out. Default: in development.",
)
@with_appcontext
def seed(accounts: bool | None) -> None:
    """Load the wheel, 100 products and the settings where they are missing."""
    loaded = seeding.load_first_data()
    for what, count in loaded.items():
        click.echo(f"{what}: {f'{count} loaded' if count else 'already there'}")
    development = current_app.config["SETTINGS"].app_env == "development"
    if accounts if accounts is not None else development:
        for role, phone in seeding.load_accounts().items():
            click.echo(f"{role}: log in with phone {phone}")
        click.echo("The login code is printed here when it is asked for (/api/auth/send-code).")
