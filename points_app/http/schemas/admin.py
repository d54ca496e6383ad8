"""What admins send."""

from typing import Annotated, Any, Literal

from pydantic import Field

from points_app.http.schemas.auth import Phone
from points_app.http.schemas.base import StaffBody
from points_app.http.schemas.fields import FormVersion, QueryNatural
from points_app.http.schemas.paging import CursorPaging
from points_app.http.schemas.text import AtMost, Line

Reason = Annotated[Line, AtMost(500)]


class SettingsChange(StaffBody):
    settings: dict[str, Any] = Field(min_length=1)
    """New values by key; the list of settings has the bounds of each."""
    version: FormVersion | None = None
    """The `version` the form was opened with; refused (8003) when what it shows has changed since.
    Without it the later change wins."""


class UsersQuery(CursorPaging):
    mobile: Phone | None = None
    """The whole phone number of one account."""


class Ban(StaffBody):
    reason: Reason | None = None
    """Kept in the audit log."""


class ApplicationsQuery(CursorPaging):
    status: Literal["pending", "approved", "rejected"] | None = None
    """Only those in this state."""


class Approval(StaffBody):
    reason: Reason | None = None
    """Kept with the application."""


class Rejection(StaffBody):
    reason: Reason
    """Kept with the application."""


class AuditQuery(CursorPaging):
    target: Annotated[Line, AtMost(80)] | None = None
    """Only what was done to this, such as `setting:lottery_cost_points` or `user:7`."""
    actor_id: QueryNatural | None = None
    """Only what this account did."""
