"""Draws."""

from typing import Literal

from points_app.http.schemas.base import Body, Paging


class DrawRequest(Body):
    draw_type: Literal["single", "triple", "quintuple", "decade", "five", "ten"] | None = None
    count: int | None = None


class DrawsQuery(Paging):
    """Which page of the guest's draws."""
