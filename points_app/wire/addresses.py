"""The public addresses of what the service serves itself."""

import re

from flask import has_request_context, request

from points_app.extensions import parts
from points_app.models.accounts import User

_NAME = re.compile("[0-9a-f]{32}")


def public(path: str) -> str:
    """`path` under PUBLIC_URL, or the address the client itself used; a worker knows only the
    former."""
    if parts.settings.public_url:
        return parts.settings.public_url.rstrip("/") + path
    return (request.host_url.rstrip("/") if has_request_context() else "") + path


def avatar(user: User) -> str | None:
    """Where the guest's avatar is. An address from before there were uploads is none: a picture
    from anywhere tells its host who looks at it, and may change afterwards."""
    if user.avatar is None or not _NAME.fullmatch(user.avatar):
        return None
    return public(f"/files/avatars/{user.avatar}.jpg")
