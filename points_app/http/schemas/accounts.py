"""Login codes, tokens and the guest's own data."""

from typing import Annotated, Any

from pydantic import StringConstraints

from points_app.http.schemas.base import Body, HttpsUrl, Line, SmallObject


class SendCode(Body):
    phone: str


class Login(Body):
    """`device_id`: what the device calls itself, the same at every login."""

    phone: str
    code: str
    device_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None


class Logout(Body):
    refresh_token: str | None = None


class DeviceBinding(Body):
    device_info: SmallObject


class UserChange(Body):
    """A field that is absent stays as it is; an avatar of null is taken away."""

    nickname: Annotated[Line, StringConstraints(max_length=50)] = ""
    avatar: Annotated[HttpsUrl, StringConstraints(max_length=255)] | None = None

    @property
    def changes(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set)
