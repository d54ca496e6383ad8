"""What is sent from the shop's counter."""

from typing import Annotated

from pydantic import StringConstraints

from points_app.http.schemas.base import StaffBody
from points_app.http.schemas.text import Line


class Remark(StaffBody):
    """A word about an order: a parcel number, a reason."""

    remark: Annotated[Line, StringConstraints(max_length=255)] | None = None


class CodeShown(StaffBody):
    """A pickup or claim code as scanned or typed; spaces, dashes and lower case do not matter."""

    code: Annotated[Line, StringConstraints(max_length=40)]
