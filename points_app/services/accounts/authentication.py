"""Whose request it is: a token, its session and its account."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from points_app import freshness
from points_app.database.rows import AnyRow
from points_app.database.session import execute
from points_app.errors.accounts import AccessTokenInvalid, AccountBanned
from points_app.models.accounts import AuthSession, User, UserStatus
from points_app.services.accounts import revocations
from points_app.services.accounts.tokens import verify

_ACCOUNT = (
    select(User.status, User.is_merchant, User.is_admin, AuthSession.revoked_at)
    .join(AuthSession, AuthSession.user_id == User.user_id)
    .where(AuthSession.session_id == bindparam("sid"), User.user_id == bindparam("user_id"))
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a request: as it is remembered, or read when it may have changed."""

    user_id: int
    session_id: str
    is_merchant: bool
    is_admin: bool
    expires_at: float


def authenticate(token: str, fresh: bool = False) -> Caller:
    """Who an access token speaks for, with the account's status and role as they are now.

    One query when nothing is remembered of the session or the account changed since; always with
    `fresh`. Raises AccessTokenInvalid or AccountBanned.
    """
    claims = verify(token, "access")
    if claims is None:
        raise AccessTokenInvalid
    standing = _standing(claims, fresh)
    if standing is None:
        raise AccessTokenInvalid
    if standing.status == UserStatus.BANNED:
        raise AccountBanned
    if standing.revoked_at is not None:
        raise AccessTokenInvalid
    return Caller(
        claims["user_id"],
        claims["sid"],
        bool(standing.is_merchant),
        bool(standing.is_admin),
        float(claims["exp"]),
    )


def _standing(claims: dict[str, Any], fresh: bool) -> AnyRow | None:
    """The account's and its session's columns that decide about a caller."""
    chosen = {"sid": claims["sid"], "user_id": claims["user_id"]}

    def load(_: AnyRow | None = None) -> AnyRow | None:
        return execute(_ACCOUNT, chosen).one_or_none()

    if fresh:
        return load()
    version, trusted = freshness.account(claims["user_id"]), revocations.trusted_seconds()
    return revocations.remembered().get(version, load, key=claims["sid"], fresh=trusted)


def authenticate_or_none(token: str) -> Caller | None:
    """The same for endpoints that also serve strangers."""
    try:
        return authenticate(token)
    except (AccessTokenInvalid, AccountBanned):
        return None
