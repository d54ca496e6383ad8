"""Avatars: small pictures that guests upload. Their names cannot be guessed and never come back."""

import secrets

from sqlalchemy import delete, insert, select, update

from points_app.database.session import execute, transactional, utcnow
from points_app.errors.accounts import UserGone
from points_app.errors.base import RouteUnknown
from points_app.models.accounts import Avatar, User
from points_app.services import decoding, locks

SIDE = 256
"""Pixels; a picture of another shape loses its longer sides."""


def upload(user_id: int, content: bytes | None) -> None:
    """Make this picture the guest's avatar, in place of the one before.

    Raises what `decoding.decode` raises, and UserGone.
    """
    _keep(user_id, decoding.decode(user_id, content).square(SIDE))


@transactional
def _keep(user_id: int, jpeg: bytes) -> None:
    name = secrets.token_hex(16)
    _set(user_id, name)
    row = {"user_id": user_id, "name": name, "content": jpeg, "created_at": utcnow()}
    execute(insert(Avatar), row)


def take_away(user_id: int) -> None:
    """The guest has no avatar any more. Runs in the caller's transaction; locks the user's row.

    Raises UserGone.
    """
    _set(user_id, None)


def _set(user_id: int, name: str | None) -> None:
    locks.reach(locks.Rank.WALLET, user_id)
    row = update(User).where(User.user_id == user_id, User.erased_at.is_(None))
    if not execute(row.values(avatar=name, updated_at=utcnow())).rowcount:
        raise UserGone
    execute(delete(Avatar).where(Avatar.user_id == user_id))


def picture(name: str) -> bytes:
    """The JPEG of that name. Raises RouteUnknown."""
    content = execute(select(Avatar.content).where(Avatar.name == name)).scalar()
    if content is None:
        raise RouteUnknown
    return content


def of_user(user_id: int) -> bytes | None:
    """The guest's avatar as a JPEG."""
    return execute(select(Avatar.content).where(Avatar.user_id == user_id)).scalar()
