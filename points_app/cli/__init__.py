"""`flask --app wsgi COMMAND`: the operators' commands, grouped by noun."""

from flask import Flask

from points_app.cli import audit, backup, crypto, data, doctor, ledger, prove, seed, settings, user


def init_cli(app: Flask) -> None:
    """Register every command."""
    app.cli.add_command(audit.audit)
    app.cli.add_command(backup.backup)
    app.cli.add_command(backup.restore)
    app.cli.add_command(crypto.crypto)
    app.cli.add_command(data.data)
    app.cli.add_command(doctor.doctor)
    app.cli.add_command(ledger.ledger)
    app.cli.add_command(prove.prove)
    app.cli.add_command(seed.seed)
    app.cli.add_command(settings.settings)
    app.cli.add_command(user.user)
