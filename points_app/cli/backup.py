"""`flask backup` and `flask restore`."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from points_app.clients.dumps import DumpFailed
from points_app.clients.storage.base import StorageError
from points_app.services.operations import backup as backups

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
SHOWN_KEYS = 10


@click.command()
@FOLDER
@with_appcontext
def backup(folder: Path) -> None:
    """Write a consistent backup of the running service into FOLDER, which must be new."""
    try:
        manifest = backups.create(folder, _tell)
    except (backups.BackupRefused, DumpFailed, StorageError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{folder}: database and list of {manifest.objects} pictures, {manifest.made_at}")


@click.command()
@FOLDER
@click.option("--check", "only_check", is_flag=True, help="Only check that the backup is whole.")
@with_appcontext
def restore(folder: Path, only_check: bool) -> None:
    """Fill the empty database of DATABASE_URL from FOLDER. Run `flask prove` afterwards."""
    try:
        if only_check:
            click.echo(f"{folder} is whole: made {backups.check(folder).made_at}")
            return
        missing = backups.restore(folder, _tell)
    except (backups.BackupRefused, DumpFailed, StorageError) as error:
        raise click.ClickException(str(error)) from None
    click.echo("database restored. Now: flask --app wsgi db upgrade && flask --app wsgi prove")
    if missing:
        listed = ", ".join(missing[:SHOWN_KEYS])
        click.echo(f"{len(missing)} pictures are missing in the storage: {listed} ...", err=True)
        sys.exit(3)


def _tell(what: str, done: int) -> None:
    unit = "MB" if what == "database" else "pictures"
    shown = done // 1_000_000 if what == "database" else done
    if what == "database" or done % 1000 == 0:
        click.echo(f"  ... {what}: {shown} {unit}", err=True)
