"""Login codes, tokens and sessions."""

from points_app.errors.accounts import (
    AccountBanned,
    CodeInvalid,
    CodeNotSent,
    CodeTooSoon,
    PhoneInvalid,
    RefreshTokenInvalid,
    RefreshTokenMissing,
    UserGone,
)
from points_app.errors.base import SystemFailure
from points_app.http import code_limits, limits, networks
from points_app.http.access import Access, bearer_token
from points_app.http.api import Area
from points_app.http.schemas.auth import DeviceBinding, Login, Logout, SendCode
from points_app.services.accounts import phone_login, profile, sessions
from points_app.services.accounts.authentication import Caller
from points_app.services.accounts.welcome import Origin
from points_app.wire.accounts import tokens

area = Area("auth", "/api/auth", failure=SystemFailure)


@area.operation(
    "POST",
    "/send-code",
    Access.PUBLIC,
    tokens.CodeSent,
    body=SendCode,
    raises=(PhoneInvalid, CodeTooSoon, CodeNotSent),
)
@code_limits.limit_codes
def send_code(body: SendCode) -> tokens.CodeSent:
    """Send a login code by SMS."""
    return phone_login.send_code(phone_login.check_phone(body.phone), networks.network())


@area.operation(
    "POST",
    "/login",
    Access.PUBLIC,
    tokens.LoginAnswer,
    body=Login,
    raises=(PhoneInvalid, CodeInvalid, AccountBanned),
    limit=limits.LOGINS,
)
def login(body: Login) -> tokens.LoginAnswer:
    """Log in with a code; the first login creates the account."""
    origin = Origin(body.device_id, networks.network())
    return phone_login.login(phone_login.check_phone(body.phone), body.code, origin)


@area.operation(
    "POST",
    "/refresh",
    Access.REFRESH,
    tokens.TokenPair,
    raises=(RefreshTokenMissing, RefreshTokenInvalid, UserGone, AccountBanned),
)
def refresh() -> tokens.TokenPair:
    """Exchange the bearer refresh token for a new pair."""
    return sessions.refresh(bearer_token())


@area.operation("GET", "/verify-token", Access.GUEST, tokens.TokenVerdict)
def verify_token(caller: Caller) -> tokens.TokenVerdict:
    """Whether the access token is good, and whose it is."""
    return {"valid": True, "user_info": profile.user_info(caller.user_id)}


@area.operation("POST", "/logout", Access.GUEST, body=Logout)
def logout(caller: Caller, body: Logout) -> None:
    """End the session: both tokens die at once."""
    phone_login.logout(caller, body.refresh_token)


@area.operation("POST", "/bind-device", Access.GUEST, body=DeviceBinding)
def bind_device(caller: Caller, body: DeviceBinding) -> None:
    """Tell what device the guest uses; the last one is kept."""
    profile.bind_device(caller.user_id, body.device_info)
