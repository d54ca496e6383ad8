"""What admins do."""

from points_app.errors import PhoneInvalid, SystemFailure
from points_app.http.api import Access, Area
from points_app.http.schemas import Ban, SettingsChange, UsersQuery
from points_app.services import auth, users
from points_app.services import settings as business_settings
from points_app.services.sessions import Caller
from points_app.wire import accounts
from points_app.wire import settings as wire

area = Area("admin", "/api/admin", failure=SystemFailure)


@area.endpoint("GET", "/settings", Access.ADMIN, wire.SettingList)
def settings() -> wire.SettingList:
    """The business settings: value, default, bounds, and who changed them when."""
    return business_settings.listing()


@area.endpoint("PUT", "/settings", Access.ADMIN, wire.SettingList, body=SettingsChange)
def change_settings(caller: Caller, body: SettingsChange) -> wire.SettingList:
    """Change some business settings, all or none; in force everywhere within seconds."""
    business_settings.change(caller.user_id, body.settings)
    return business_settings.listing()


@area.endpoint(
    "GET", "/users", Access.ADMIN, accounts.Users, query=UsersQuery, raises=(PhoneInvalid,)
)
def find_users(query: UsersQuery) -> accounts.Users:
    """The account with this phone number, or all, newest first."""
    phone = None if query.mobile is None else auth.check_phone(query.mobile)
    return users.search(query.slice, phone)


@area.endpoint("POST", "/users/<int:user_id>/ban", Access.ADMIN, accounts.AdminUser, body=Ban)
def ban(caller: Caller, user_id: int, body: Ban) -> accounts.AdminUser:
    """Shut an account out: its sessions end and its sockets close at once."""
    return users.ban(caller.user_id, user_id, body.reason)


@area.endpoint("POST", "/users/<int:user_id>/unban", Access.ADMIN, accounts.AdminUser, body=Ban)
def unban(caller: Caller, user_id: int, body: Ban) -> accounts.AdminUser:
    """Let an account in again."""
    return users.unban(caller.user_id, user_id, body.reason)
