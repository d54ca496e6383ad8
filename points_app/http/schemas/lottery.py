"""Draws."""

from typing import Literal

from pydantic import Field

from points_app.http.schemas.base import Body, Paging


class DrawRequest(Body):
    draw_type: Literal["single", "triple", "quintuple", "decade", "five", "ten"] | None = None
    count: int | None = Field(None, json_schema_extra={"enum": [1, 3, 5, 10, None]})
    expected_cost: int | None = Field(
        None,
        ge=0,
        description="Points of the whole draw as shown, else refused.",
    )


class DrawsQuery(Paging):
    """Which page of the guest's draws."""
