"""What guests change about themselves."""

from typing import Annotated

from points_app.http.schemas.base import Change
from points_app.http.schemas.text import AtMost, Line, Nickname


class UserChange(Change):
    """A field that is absent stays as it is."""

    nickname: Nickname = ""
    """The name to go by."""
    avatar: Annotated[Line, AtMost(255)] | None = None
    """null takes the avatar away. What `user_info` has may be sent back; any other address is
    refused: avatars are uploaded."""
