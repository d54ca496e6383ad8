"""What admins do."""

from points_app.errors.accounts import PhoneInvalid
from points_app.errors.base import FormChanged, SystemFailure
from points_app.errors.receipts import AlreadyReviewed, ReviewUnknown
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.admin import (
    ApplicationsQuery,
    Approval,
    AuditQuery,
    Ban,
    Rejection,
    SettingsChange,
    UsersQuery,
)
from points_app.services.accounts import administration, phone_login
from points_app.services.accounts import applications as service
from points_app.services.accounts.authentication import Caller
from points_app.services.audit import records
from points_app.services.settings import editor as business_settings
from points_app.wire import audit
from points_app.wire.accounts.applications import Application, ApplicationDetail, Applications
from points_app.wire.accounts.users import AdminUser, Users
from points_app.wire.settings import SettingList

area = Area("admin", "/api/admin", failure=SystemFailure)


@area.operation("GET", "/settings", Access.ADMIN, SettingList)
def settings() -> SettingList:
    """The business settings: value, default, bounds, and who changed them when."""
    return business_settings.listing()


@area.operation(
    "PUT",
    "/settings",
    Access.ADMIN,
    SettingList,
    body=SettingsChange,
    raises=(FormChanged,),
)
def change_settings(caller: Caller, body: SettingsChange) -> SettingList:
    """Change some business settings, all or none; in force everywhere within seconds."""
    business_settings.change(caller.user_id, body.settings, body.version)
    return business_settings.listing()


@area.operation("GET", "/users", Access.ADMIN, Users, query=UsersQuery, raises=(PhoneInvalid,))
def find_users(caller: Caller, query: UsersQuery) -> Users:
    """The account with this phone number, or all, newest first; each look is recorded."""
    phone = None if query.mobile is None else phone_login.check_phone(query.mobile)
    return administration.search(caller.user_id, query.slice, phone)


@area.operation("POST", "/users/<int:user_id>/ban", Access.ADMIN, AdminUser, body=Ban)
def ban(caller: Caller, user_id: int, body: Ban) -> AdminUser:
    """Shut an account out: its sessions end and its sockets close at once."""
    return administration.ban(caller.user_id, user_id, body.reason)


@area.operation("POST", "/users/<int:user_id>/unban", Access.ADMIN, AdminUser, body=Ban)
def unban(caller: Caller, user_id: int, body: Ban) -> AdminUser:
    """Let an account in again."""
    return administration.unban(caller.user_id, user_id, body.reason)


@area.operation("GET", "/applications", Access.ADMIN, Applications, query=ApplicationsQuery)
def applications(caller: Caller, query: ApplicationsQuery) -> Applications:
    """Who wants to become a merchant."""
    return service.listing(caller.user_id, query.slice, query.status)


@area.operation(
    "GET",
    "/applications/<application_id>",
    Access.ADMIN,
    ApplicationDetail,
    raises=(ReviewUnknown,),
)
def application(caller: Caller, application_id: str) -> ApplicationDetail:
    """One application with its whole phone number; that somebody looked is recorded."""
    return service.reveal(caller.user_id, application_id)


@area.operation(
    "POST",
    "/applications/<application_id>/approve",
    Access.ADMIN,
    Application,
    body=Approval,
    raises=(ReviewUnknown, AlreadyReviewed),
)
def approve(caller: Caller, application_id: str, body: Approval) -> Application:
    """Make the applicant a merchant."""
    return service.decide(caller.user_id, application_id, True, body.reason)


@area.operation(
    "POST",
    "/applications/<application_id>/reject",
    Access.ADMIN,
    Application,
    body=Rejection,
    raises=(ReviewUnknown, AlreadyReviewed),
)
def reject(caller: Caller, application_id: str, body: Rejection) -> Application:
    """Turn the application down, with a reason."""
    return service.decide(caller.user_id, application_id, False, body.reason)


@area.operation("GET", "/audit", Access.ADMIN, audit.AuditRecords, query=AuditQuery)
def audit_log(query: AuditQuery) -> audit.AuditRecords:
    """What merchants, admins and the command line did, newest first."""
    return records.listing(query.slice, query.target, query.actor_id)
