"""`flask user`: accounts."""

import click
from flask.cli import AppGroup

from points_app.errors import AppError
from points_app.services import auth, roles

user = AppGroup("user", help="Accounts of guests, merchants and admins.")


@user.command("grant")
@click.argument("phone")
@click.argument("role", type=click.Choice(["merchant", "admin"]))
def grant(phone: str, role: str) -> None:
    """Make the account of PHONE a merchant or an admin. It must have logged in once."""
    _set_role(phone, role, True)


@user.command("revoke")
@click.argument("phone")
@click.argument("role", type=click.Choice(["merchant", "admin"]))
def revoke(phone: str, role: str) -> None:
    """Take a role away from the account of PHONE; effective with its next request."""
    _set_role(phone, role, False)


def _set_role(phone: str, role: str, granted: bool) -> None:
    try:
        user_id = roles.set_role(auth.check_phone(phone), role, granted)
    except AppError as error:
        raise click.ClickException(f"{error.message} ({error.code})") from None
    click.echo(f"user {user_id}: {role} {'granted' if granted else 'revoked'}")
