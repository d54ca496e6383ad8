"""Who is calling: the bearer token, and the account behind it."""

from flask import g, request

from points_app.errors.accounts import AccessTokenMissing, NotAdmin, NotMerchant
from points_app.services.accounts import sessions
from points_app.services.accounts.sessions import Caller

# The roles of which one is enough, and how everybody else is refused.
ROLES = {
    "merchant": (("is_merchant",), NotMerchant),
    "reviewer": (("is_merchant", "is_admin"), NotMerchant),
    "admin": (("is_admin",), NotAdmin),
}


def bearer_token() -> str | None:
    """The token of the Authorization header, None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def admit(required: str, token: str | None) -> Caller | None:
    """The caller with this token, if they may use an endpoint that requires this access.

    Raises AccessTokenMissing, AccessTokenInvalid, AccountBanned, NotMerchant, NotAdmin. An optional
    token that is bad counts as none.
    """
    if required in ("public", "refresh"):
        return None
    if required == "optional":
        return sessions.authenticate_or_none(token) if token else None
    if token is None:
        raise AccessTokenMissing
    # A role opens other people's data, so it is read again each time.
    caller = sessions.authenticate(token, fresh=required in ROLES)
    g.user_id = caller.user_id
    if required in ROLES:
        roles, refusal = ROLES[required]
        if not any(getattr(caller, role) for role in roles):
            raise refusal
    return caller
