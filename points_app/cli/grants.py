"""`flask grants`: the rights of the application's database user."""

import re

import click
from flask.cli import with_appcontext

from points_app.database.session import db
from points_app.services.operations import grants as service

NAME = re.compile(r"[A-Za-z0-9_.%:/-]{1,60}")


@click.command()
@click.argument("user")
@click.option("--host", default="%", show_default=True, help="From where the user connects.")
@with_appcontext
def grants(user: str, host: str) -> None:
    """Print the GRANT statements that USER needs to run the service, and no others.

    Create the user first; run the statements, and migrations, as the owner of the database.
    """
    if not NAME.fullmatch(user) or not NAME.fullmatch(host):
        raise click.ClickException("letters, digits and . _ - only")
    if db.engine.dialect.name == "sqlite":
        raise click.ClickException("SQLite has no users: the file's permissions decide")
    for statement in service.statements(user, host):
        click.echo(statement)
