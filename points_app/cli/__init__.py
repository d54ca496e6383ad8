"""`flask --app wsgi COMMAND`: the operators' commands, grouped by noun."""

from flask import Flask

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


def init_cli(app: Flask) -> None:
    """Register every command."""
    for command in COMMANDS:
        app.cli.add_command(command)
