"""`flask data`: how long what is kept."""

import click
from flask.cli import AppGroup

from points_app.services.privacy import retention

data = AppGroup("data", help="What is kept, and for how long.")


@data.command("purge")
@click.option("--dry-run", is_flag=True, help="Only count what would be deleted.")
def purge(dry_run: bool) -> None:
    """Delete rows and pictures past their time, in small batches. Beat does it every hour."""
    counts = retention.due() if dry_run else retention.purge(_tell)
    for name, count in counts.items():
        click.echo(f"{name}: {count} {'due' if dry_run else 'deleted'}")


def _tell(name: str, done: int) -> None:
    click.echo(f"{name}: {done} so far", err=True)
