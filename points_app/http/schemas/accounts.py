"""Login codes, tokens and the guest's own data."""

from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from points_app.http.schemas.base import Body, Change, SmallObject
from points_app.http.schemas.text import Line, Nickname

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


class UserChange(Change):
    """A field that is absent stays as it is."""

    nickname: Nickname = ""
    avatar: Annotated[
        Annotated[Line, StringConstraints(max_length=255)] | None,
        WithJsonSchema(
            {
                "type": "null",
                "description": "null takes the avatar away. What `user_info` has may be "
                "sent back; any other address is refused: avatars are uploaded.",
            }
        ),
    ] = None
