"""Whose socket a token opens."""

from flask import g

from points_app.realtime.connection import Viewer
from points_app.services.accounts import authentication


def viewer(token: str) -> Viewer | None:
    """The account behind an access token that is good now, else None."""
    g.guest_waits = True  # this is no request yet, but a guest waits for its end
    caller = authentication.authenticate_or_none(token)
    if caller is None:
        return None
    return Viewer(caller.user_id, caller.session_id, caller.expires_at)
