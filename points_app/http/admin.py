"""What admins do."""

from points_app.http.api import Access, Area
from points_app.http.schemas import SettingsChange
from points_app.services import settings as business_settings
from points_app.services.sessions import Caller
from points_app.wire import settings as wire

area = Area("admin", "/api/admin")


@area.endpoint("GET", "/settings", Access.ADMIN, wire.SettingList)
def settings() -> wire.SettingList:
    """The business settings: value, default, bounds, and who changed them when."""
    return business_settings.listing()


@area.endpoint("PUT", "/settings", Access.ADMIN, wire.SettingList, body=SettingsChange)
def change_settings(caller: Caller, body: SettingsChange) -> wire.SettingList:
    """Change some business settings, all or none; in force everywhere within seconds."""
    business_settings.change(caller.user_id, body.settings)
    return business_settings.listing()
