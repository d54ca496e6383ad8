"""Login codes, tokens and the guest's own data."""

from typing import Annotated

from pydantic import StringConstraints

from points_app.http.schemas.base import Body


class SendCode(Body):
    phone: str


class Login(Body):
    """`device_id`: what the device calls itself, the same at every login."""

    phone: str
    code: str
    device_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None


class Logout(Body):
    refresh_token: str | None = None
