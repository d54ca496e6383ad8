"""What admins send."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from points_app.http.schemas.base import Body, Line, Paging

Reason = Annotated[Line, StringConstraints(max_length=500)]


class SettingsChange(Body):
    """Some settings by key, e.g. {"lottery_cost_points": 80}; each one's bounds are in the list."""

    settings: dict[str, Any] = Field(min_length=1)


class UsersQuery(Paging):
    mobile: str | None = None


class Ban(Body):
    reason: Reason | None = None
