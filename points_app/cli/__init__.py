"""`flask --app wsgi COMMAND`: the operators' commands, grouped by noun."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from points_app.cli import (
    audit,
    backup,
    crypto,
    data,
    doctor,
    grants,
    ledger,
    legacy,
    prove,
    receipts,
    seed,
    settings,
    user,
)
from points_app.cli.failures import told_in_words
from points_app.extensions import migrate
from points_app.services.privacy import keys

COMMANDS = (
    audit.audit,
    backup.backup,
    backup.restore,
    crypto.crypto,
    data.data,
    doctor.doctor,
    grants.grants,
    ledger.ledger,
    legacy.import_legacy,
    prove.prove,
    receipts.receipts,
    seed.seed,
    settings.settings,
    user.user,
)


# What finds out, or mends, that the keys are not the database's, and what needs no database.
WITHOUT_KEYS = frozenset(
    {doctor.doctor, crypto.status, backup.backup, backup.restore, receipts.read}
)


def init_cli(app: Flask) -> None:
    """Register every command."""
    for command in COMMANDS:
        app.cli.add_command(command)


def commands_alone() -> Flask:
    """An app that knows the commands and nothing else, for `--help` without any settings."""
    app = Flask("points_app", static_folder=None)
    migrate.init_app(app)  # brings `db`
    init_cli(app)
    return app


def _leaves(command: click.Command) -> Iterator[click.Command]:
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _leaves(each)
    else:
        yield command


def _checking_keys(run: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run)
    def checked(*arguments: Any, **options: Any) -> Any:
        try:
            keys.check()
        except keys.UnknownKeys as error:
            raise click.ClickException(str(error)) from None
        return run(*arguments, **options)

    return with_appcontext(checked)


for _command in {leaf for command in COMMANDS for leaf in _leaves(command)}:
    assert _command.callback is not None
    if _command not in WITHOUT_KEYS:
        _command.callback = _checking_keys(_command.callback)
    _command.callback = told_in_words(_command.callback)
