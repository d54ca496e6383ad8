"""What a guest sees of themselves."""

from points_app.db import db
from points_app.errors import UserGone
from points_app.extensions import parts
from points_app.models import User
from points_app.wire import accounts as wire


def user_info(user_id: int) -> wire.UserInfo:
    """The guest's own data. Raises UserGone."""
    user = db.session.get(User, user_id)
    if user is None:
        raise UserGone
    return wire.user_info(user, parts.vault)
