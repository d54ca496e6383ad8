"""Login codes, tokens and the guest's own data."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from points_app.http.schemas.base import Body, HttpsUrl, SmallObject
from points_app.http.schemas.text import Nickname

# The service checks it, and answers with a code of its own.
Phone = Annotated[str, Field(json_schema_extra={"pattern": "^1[3-9][0-9]{9}$"})]


class SendCode(Body):
    phone: Phone


class Login(Body):
    """`device_id`: what the device calls itself, the same at every login."""

    phone: Phone
    code: str
    device_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None


class Logout(Body):
    refresh_token: str | None = None


class DeviceBinding(Body):
    device_info: SmallObject


class UserChange(Body):
    """A field that is absent stays as it is; an avatar of null is taken away."""

    nickname: Nickname = ""
    avatar: Annotated[HttpsUrl, StringConstraints(max_length=255)] | None = None

    @property
    def changes(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set)
