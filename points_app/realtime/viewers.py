"""Whose socket a token opens."""

from ..services import sessions
from .connection import Viewer


def viewer(token: str) -> Viewer | None:
    """The account behind an access token that is good now, else None."""
    caller = sessions.authenticate_or_none(token)
    return caller and Viewer(caller.user_id, caller.session_id, caller.expires_at)
