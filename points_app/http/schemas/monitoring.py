"""What clients report about themselves."""

from typing import Annotated

from pydantic import Field, StringConstraints

from points_app.http.schemas.base import Body, SmallObject

Figure = Annotated[float, Field(ge=0, allow_inf_nan=False, le=1e15)]


class PerformanceReport(Body):
    api_response_time: Figure | None = None
    canvas_render_fps: Figure | None = None
    page_load_time: Figure | None = None
    memory_usage: Figure | None = None
    error_rate: Figure | None = None
    client_info: SmallObject | None = None


class ErrorReport(Body):
    message: Annotated[str, StringConstraints(min_length=1)]
    stack: str | None = None
    page: Annotated[str, StringConstraints(max_length=255)] | None = None
    client_info: SmallObject | None = None
