"""`flask user`: accounts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
import orjson
from flask.cli import AppGroup

from points_app.database.errors import TryAgain
from points_app.errors.accounts import PhoneInvalid, UserGone
from points_app.errors.base import AppError
from points_app.services.accounts import phone_login, roles
from points_app.services.privacy import data_export, erasure

T = TypeVar("T")
# What operators meet of the refusals that guests read.
IN_ENGLISH: dict[type[AppError], str] = {
    UserGone: "there is no such account: its owner must log in once first",
    PhoneInvalid: "this is no phone number: 11 digits, such as 13900000000",
}

user = AppGroup("user", help="Accounts of guests, merchants and admins.")


@user.command("grant")
@click.argument("phone")
@click.argument("role", type=click.Choice(["merchant", "admin"]))
def grant(phone: str, role: str) -> None:
    """Make the account of PHONE a merchant or an admin. Its owner must have logged in once."""
    _set_role(phone, role, True)


@user.command("revoke")
@click.argument("phone")
@click.argument("role", type=click.Choice(["merchant", "admin"]))
def revoke(phone: str, role: str) -> None:
    """Take a role away from the account of PHONE; effective with its next request."""
    _set_role(phone, role, False)


def _set_role(phone: str, role: str, granted: bool) -> None:
    user_id = _told(lambda: roles.set_role(phone_login.check_phone(phone), role, granted))
    click.echo(f"user {user_id}: {role} {'granted' if granted else 'revoked'}")


@user.command("export")
@click.argument("who")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path),
    help="Also write the receipts' pictures into this new folder.",
)
def export(who: str, pictures: Path | None) -> None:
    """Print all that is kept about WHO, a phone number or user id, as JSON. Adds an audit entry."""
    user_id = _told(lambda: _find(who))
    about = _told(lambda: data_export.export(user_id))
    click.echo(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    if pictures is None:
        return
    pictures.mkdir(mode=0o700)
    for upload_id, content in data_export.pictures(user_id).items():
        (pictures / f"{upload_id}.jpg").write_bytes(content)


@user.command("erase")
@click.argument("who")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(who: str, yes: bool) -> None:
    """Forget WHO, a phone number or user id: name, number, addresses, devices and pictures go, what
    waits for a decision is closed unpaid, the ledger stays. Cannot be undone."""
    user_id = _told(lambda: _find(who))
    if not yes:
        click.confirm(f"Forget user {user_id} for ever?", abort=True)
    result = _told(lambda: erasure.erase(user_id))
    click.echo(f"user {user_id}: forgotten")
    if result.open_orders:
        click.echo(f"{result.open_orders} order(s) are not handed over yet: pickup codes work on")
    if result.open_prizes:
        click.echo(f"{result.open_prizes} prize(s) are not claimed yet: claim codes work on")
    if result.pictures_left:
        click.echo(f"{result.pictures_left} picture(s) not deleted yet: the worker tries again")


def _find(who: str) -> int:
    return int(who) if re.fullmatch(r"[0-9]{1,10}", who) else phone_login.user_id_of(who)


def _told(action: Callable[[], T]) -> T:
    """What `action` returns; its refusal becomes the command's error."""
    try:
        return action()
    except TryAgain:
        said = "others write to this account at this very moment: run it again"
        raise click.ClickException(said) from None
    except AppError as error:
        raise click.ClickException(IN_ENGLISH.get(type(error), error.message)) from None
