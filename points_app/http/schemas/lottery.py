"""Draws."""

from typing import Literal

from pydantic import Field

from points_app.http.schemas.base import Body
from points_app.http.schemas.paging import CursorPaging


class DrawRequest(Body):
    draw_type: Literal["single", "triple", "quintuple", "decade", "five", "ten"] | None = None
    """1, 3, 5 or 10 turns; `five` and `ten` are other names of the last two. When absent `count`
    tells, else it is `single`."""
    count: int | None = Field(None, json_schema_extra={"enum": [1, 3, 5, 10, None]})
    """The turns as a number; refused (9001) when it contradicts `draw_type`."""
    expected_cost: int | None = Field(None, ge=0)
    """Points of the whole draw as the guest was shown them; refused (3005) when it costs something
    else."""


class DrawsQuery(CursorPaging):
    """Which page of the guest's draws."""
