"""Login codes and sessions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from points_app.http.schemas.base import Body
from points_app.http.schemas.fields import SmallObject

# The service checks it, and answers with a code of its own.
Phone = Annotated[str, Field(json_schema_extra={"pattern": "^1[3-9][0-9]{9}$"})]


class SendCode(Body):
    phone: Phone
    """A mainland mobile number, eleven ASCII digits."""


class Login(Body):
    phone: Phone
    """The number the code was sent to."""
    code: str
    """The six digits of the text message."""
    device_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    """What the device calls itself, the same at every login."""


class Logout(Body):
    refresh_token: str | None = None
    """A refresh token of the same guest, whose session ends as well."""


class DeviceBinding(Body):
    device_info: SmallObject
    """Whatever the client knows of the device; at most 4096 bytes."""
