"""`flask audit`: who did what, and whether that record is whole."""

import json
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from points_app.services.audit import entries
from points_app.services.audit import trail as service
from points_app.wire.formats import iso

audit = AppGroup("audit", help="The record of what merchants, admins and operators did.")


@audit.command("list")
@click.option("--actor", type=int, help="User id of a merchant or admin.")
@click.option("--action", help="An action or the beginning of one, e.g. review or user.ban")
@click.option("--target", help="What it was done to, e.g. user:17 or an upload id.")
@click.option("--since", type=click.DateTime(), help="Only from this time on (UTC).")
@click.option("--limit", default=50, show_default=True)
def list_entries(
    actor: int | None, action: str | None, target: str | None, since: datetime | None, limit: int
) -> None:
    """The newest entries, one JSON object a line."""
    moment = since.replace(tzinfo=UTC) if since else None
    wanted = entries.Wanted(actor, action, target, moment, limit)
    for entry in entries.find(wanted):
        row = {
            "id": entry.id,
            "time": iso(entry.created_at),
            "actor": entry.actor_id or "command line",
            "action": entry.action,
            "target": entry.target,
            "details": entry.details,
        }
        click.echo(json.dumps(row, ensure_ascii=False))


@audit.command()
def verify() -> None:
    """Follow the chain; exit 1 and name every entry that was changed, removed or slipped in."""
    verdict = service.verify()
    for fault in verdict.faults:
        click.echo(fault, err=True)
    click.echo(f"{verdict.checked} entries, head {verdict.head}")
    if verdict.faults:
        raise click.ClickException("the record was tampered with")
