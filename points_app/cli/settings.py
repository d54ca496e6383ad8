"""`flask settings`: what a shop changes while the service runs."""

from typing import Any

import click
from flask.cli import AppGroup

from points_app.errors.base import InvalidInput
from points_app.services.settings import editor as service
from points_app.services.settings import texts
from points_app.wire.settings import Setting

settings = AppGroup("settings", help="Business settings: cost of a draw, receipt rate, ...")


@settings.command("list")
def list_all() -> None:
    """Every setting with its value."""
    rows = service.listing()["settings"]
    width = max(len(row["key"]) for row in rows)
    for row in rows:
        click.echo(f"{row['key']:<{width}}  {_text(row['value'])}")


@settings.command()
@click.argument("key")
def get(key: str) -> None:
    """One setting: its value, default, bounds, and when it was changed."""
    row = _find(key)
    click.echo(f"{row['key']} = {_text(row['value'])}")
    click.echo(f"  {row['description']}")
    click.echo(f"  default: {_text(row['default'])}")
    for rule, bound in row["schema"].items():
        click.echo(f"  {rule}: {_text(bound)}")
    by = f"user {row['updated_by']}" if row["updated_by"] else "the command line or first data"
    click.echo(f"  changed: {row['updated_at'] or 'never'} by {by}")


@settings.command("set")
@click.argument("key")
@click.argument("value")
def change(key: str, value: str) -> None:
    """Set KEY to VALUE, in force everywhere within seconds; a list is written [10,20,30]."""
    _find(key)
    try:
        service.change(None, {key: texts.from_text(key, value)})
    except InvalidInput as error:
        problems = (error.data or {}).get("errors", [])
        raise click.ClickException("; ".join(item["message"] for item in problems)) from None
    click.echo(f"{key} = {_text(_find(key)['value'])}")


def _find(key: str) -> Setting:
    for row in service.listing()["settings"]:
        if row["key"] == key:
            return row
    raise click.ClickException(f"no such setting: {key}; `flask settings list` shows them all")


def _text(value: Any) -> str:
    return texts.to_text(value)
