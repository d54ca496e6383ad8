"""What admins send."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from points_app.http.schemas.accounts import Phone
from points_app.http.schemas.base import FormVersion, Paging, QueryNatural, StaffBody
from points_app.http.schemas.text import Line

Reason = Annotated[Line, StringConstraints(max_length=500)]


class SettingsChange(StaffBody):
    """Some settings by key, e.g. {"lottery_cost_points": 80}; each one's bounds are in the list."""

    settings: dict[str, Any] = Field(min_length=1)
    version: FormVersion | None = None


class UsersQuery(Paging):
    mobile: Phone | None = None


class Ban(StaffBody):
    reason: Reason | None = None


class ApplicationsQuery(Paging):
    status: Literal["pending", "approved", "rejected"] | None = None


class Approval(StaffBody):
    reason: Reason | None = None


class Rejection(StaffBody):
    reason: Reason


class AuditQuery(Paging):
    """`target` names what was acted on, e.g. `setting:lottery_cost_points` or `user:7`."""

    target: Annotated[Line, StringConstraints(max_length=80)] | None = None
    actor_id: QueryNatural | None = None
