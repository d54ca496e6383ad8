"""`flask doctor`: is this installation right?"""

import sys

import click
from flask.cli import with_appcontext

from points_app.services.operations import doctor as examination
from points_app.services.operations.doctor.finding import State

COLOURS = {
    State.OK: "green",
    State.WARNING: "yellow",
    State.FAILED: "red",
    State.SKIPPED: "bright_black",
}


@click.command()
@with_appcontext
def doctor() -> None:
    """Try everything the service depends on, and say what to do about what fails.

    Sends no SMS, changes nothing but a probe object that it deletes. Exits 1 when something failed.
    """
    states = []
    for finding in examination.examine():
        states.append(finding.state)
        label = click.style(f"{finding.state:<8}", fg=COLOURS[finding.state])
        click.echo(f"{label} {finding.name}: {finding.detail}")
        if finding.advice:
            click.echo(f"         -> {finding.advice}")
    bad = states.count(State.FAILED)
    click.echo(f"{len(states)} checks, {bad} failed, {states.count(State.WARNING)} warnings")
    sys.exit(1 if bad else 0)
