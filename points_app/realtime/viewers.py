"""Whose socket a token opens."""

from flask import g

from ..services import sessions
from .connection import Viewer


def viewer(token: str) -> Viewer | None:
    """The account behind an access token that is good now, else None."""
    g.guest_waits = True  # this is no request yet, but a guest waits for its end
    caller = sessions.authenticate_or_none(token)
    return caller and Viewer(caller.user_id, caller.session_id, caller.expires_at)
