"""What clients report about themselves."""

from typing import Annotated

from pydantic import Field, StringConstraints

from points_app.http.schemas.base import Body
from points_app.http.schemas.fields import SmallObject
from points_app.http.schemas.text import AtMost

Figure = Annotated[float, Field(ge=0, allow_inf_nan=False, le=1e15)]


class PerformanceReport(Body):
    api_response_time: Figure | None = None
    """How long a call of the API took, in milliseconds."""
    canvas_render_fps: Figure | None = None
    """Frames a second that the canvas was drawn with."""
    page_load_time: Figure | None = None
    """How long a page took to load, in milliseconds."""
    memory_usage: Figure | None = None
    """Memory in use, in megabytes."""
    error_rate: Figure | None = None
    """The share of calls that failed, from 0 to 1."""
    client_info: SmallObject | None = None
    """Whatever the client knows of itself; at most 4096 bytes."""


class ErrorReport(Body):
    message: Annotated[str, StringConstraints(min_length=1)]
    """What went wrong; cut after 2048 characters."""
    stack: str | None = None
    """Where it went wrong; cut after 16384 characters."""
    page: Annotated[str, AtMost(255)] | None = None
    """On which page."""
    client_info: SmallObject | None = None
    """Whatever the client knows of itself; at most 4096 bytes."""
