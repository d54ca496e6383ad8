"""Who may call, and who is calling: the bearer token, and the account behind it."""

from enum import Enum
from typing import NamedTuple

from flask import g, request

from points_app.errors.accounts import AccessTokenMissing, NotAdmin, NotMerchant
from points_app.errors.base import AppError
from points_app.services.accounts import authentication
from points_app.services.accounts.authentication import Caller


class Access(Enum):
    """Who may call an endpoint. Roles are read from the database, never from the token.

    REFRESH stands for the one endpoint that takes a refresh token, and checks it itself. A REVIEWER
    is a merchant, or an admin for what no merchant may decide.
    """

    PUBLIC = "public"
    OPTIONAL = "optional"
    REFRESH = "refresh"
    GUEST = "guest"
    MERCHANT = "merchant"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Role(NamedTuple):
    """The flags of an account of which one is enough, and how everybody else is refused."""

    flags: tuple[str, ...]
    refusal: type[AppError]


NOBODY_IN_PARTICULAR = frozenset({Access.PUBLIC, Access.OPTIONAL, Access.REFRESH})
ROLES = {
    Access.MERCHANT: Role(("is_merchant",), NotMerchant),
    Access.REVIEWER: Role(("is_merchant", "is_admin"), NotMerchant),
    Access.ADMIN: Role(("is_admin",), NotAdmin),
}


def bearer_token() -> str | None:
    """The token of the Authorization header, None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def admit(required: Access, token: str | None) -> Caller | None:
    """The caller with this token, if they may use an endpoint that requires this access.

    Raises AccessTokenMissing, AccessTokenInvalid, AccountBanned, NotMerchant, NotAdmin. An optional
    token that is bad counts as none.
    """
    if required in (Access.PUBLIC, Access.REFRESH):
        return None
    if required is Access.OPTIONAL:
        return authentication.authenticate_or_none(token) if token else None
    if token is None:
        raise AccessTokenMissing
    # A role opens other people's data, so it is read again each time.
    caller = authentication.authenticate(token, fresh=required in ROLES)
    g.user_id = caller.user_id
    role = ROLES.get(required)
    if role and not any(getattr(caller, flag) for flag in role.flags):
        raise role.refusal
    return caller
