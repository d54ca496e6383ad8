"""The guest's own account."""

from points_app.errors.accounts import UserGone
from points_app.errors.base import InvalidInput, SystemFailure
from points_app.errors.receipts import PictureMissing, PictureTooLarge, PictureUnreadable
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.parse import uploaded_file
from points_app.http.schemas.user import UserChange
from points_app.services.accounts import avatars, profile
from points_app.services.accounts.authentication import Caller
from points_app.wire.accounts import users as wire

area = Area("user", "/api/user", failure=SystemFailure)


@area.operation("GET", "/info", Access.GUEST, wire.UserInfo, raises=(UserGone,))
def info(caller: Caller) -> wire.UserInfo:
    """The guest's own data."""
    return profile.user_info(caller.user_id)


@area.operation(
    "PUT",
    "/info",
    Access.GUEST,
    wire.UserInfo,
    body=UserChange,
    raises=(InvalidInput, UserGone),
)
def change_info(caller: Caller, body: UserChange) -> wire.UserInfo:
    """Change the nickname, or take the avatar away."""
    return profile.change(caller.user_id, body.changes)


@area.operation(
    "POST",
    "/avatar",
    Access.GUEST,
    wire.UserInfo,
    picture=True,
    raises=(PictureMissing, PictureTooLarge, PictureUnreadable, UserGone),
)
def upload_avatar(caller: Caller) -> wire.UserInfo:
    """Make a picture the avatar; of one that is not square the middle is taken."""
    avatars.upload(caller.user_id, uploaded_file())
    return profile.user_info(caller.user_id)


@area.operation("GET", "/statistics", Access.GUEST, wire.UserStatistics, raises=(UserGone,))
def statistics(caller: Caller) -> wire.UserStatistics:
    """The guest's draws, orders, uploads and points in numbers."""
    return profile.statistics(caller.user_id)
