"""What logging in answers."""

from typing_extensions import TypedDict

from points_app.wire.accounts.users import UserInfo


class CodeSent(TypedDict):
    expire_time: int
    """Seconds for which the code can be used."""
    can_resend_after: int
    """Seconds after which another code may be asked for."""


class TokenPair(TypedDict):
    access_token: str
    """Goes into `Authorization: Bearer` of every request."""
    refresh_token: str
    """Good for one exchange at `/api/auth/refresh`, within seven days."""
    expires_in: int
    """Seconds for which the access token is good."""


class LoginAnswer(TokenPair):
    user_info: UserInfo
    """Whose session it is."""


class TokenVerdict(TypedDict):
    valid: bool
    """Always true: a token that is not good is refused with 2002."""
    user_info: UserInfo
    """Whose token it is."""
