"""Login codes, tokens and the guest's own data."""

from points_app.http.schemas.base import Body


class SendCode(Body):
    phone: str


class Login(Body):
    phone: str
    code: str


class Logout(Body):
    refresh_token: str | None = None
