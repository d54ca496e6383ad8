"""What admins send."""

from typing import Any

from pydantic import Field

from points_app.http.schemas.base import Body


class SettingsChange(Body):
    """Some settings by key, e.g. {"lottery_cost_points": 80}; each one's bounds are in the list."""

    settings: dict[str, Any] = Field(min_length=1)
