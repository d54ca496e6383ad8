"""Tokens: what one says, if this service made it and it is not over. Sessions tell the rest."""

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt

from points_app.extensions import parts

LEEWAY_SECONDS = 10
"""How far ahead the clock of the host that made a token may be (RFC 7519, 4.1.5). What expired is
over by the reader's own clock; ended sessions are told by rows, not by times."""
VERIFIED_TOKENS = 8192
ALGORITHM = "HS256"
UNCHECKED = ("verify_exp", "verify_aud", "verify_sub")
REQUIRED_CLAIMS = ["exp", "iat", "nbf", "jti", "type", "user_id", "sid"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a token is made for; Flask-JWT-Extended turns it into the claim `user_id` and picks the
    secret by `kind` (its encode callback sees nothing but the identity)."""

    user_id: int
    kind: str


def identify(token: str) -> tuple[int | None, bool]:
    """The user id that a token we made names, of either kind, and whether it has not expired;
    without asking the database (for rate limits)."""
    for kind in ("access", "refresh"):
        claims = _signed(token, kind)
        if claims:
            return claims["user_id"], claims["exp"] > time.time()
    return None, False


def verify(token: str, kind: str) -> dict[str, Any] | None:
    """The claims of a genuine, unexpired token of this kind."""
    claims = _signed(token, kind)
    return claims if claims and claims["exp"] > time.time() else None


def _signed(token: str, kind: str) -> dict[str, Any] | None:
    """The claims of a genuine token of this kind, expired or not."""
    settings = parts.settings
    secret = settings.jwt_secret if kind == "access" else settings.jwt_refresh_secret
    try:
        claims = _decode(token, secret)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        return None
    return claims if claims["type"] == kind else None


@lru_cache(VERIFIED_TOKENS)
def _decode(token: str, secret: str) -> dict[str, Any]:
    """The claims of a token that this secret signed; nothing in the token chooses key or algorithm.

    Checking a signature costs 300 µs, remembering that it was good 0.3 µs. Expiry and revocation
    are checked by the callers every time. Raises PyJWTError, also for claims of other kinds.
    """
    options: Any = {"require": REQUIRED_CLAIMS, **dict.fromkeys(UNCHECKED, False)}
    claims = jwt.decode(
        token, secret, algorithms=[ALGORITHM], options=options, leeway=LEEWAY_SECONDS
    )
    texts = (claims["sid"], claims["jti"])
    numbers = (claims["user_id"], claims["exp"])
    is_right = all(type(each) is int for each in numbers) and all(type(e) is str for e in texts)
    if not is_right:
        raise jwt.InvalidTokenError("claims of other kinds")
    return claims
