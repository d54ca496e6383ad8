"""What is sent from the shop's counter."""

from typing import Annotated

from points_app.http.schemas.base import StaffBody
from points_app.http.schemas.text import AtMost, Line


class Remark(StaffBody):
    """A word about an order: a parcel number, a reason."""

    remark: Annotated[Line, AtMost(255)] | None = None
    """A word about the order, such as a parcel number or a reason; kept with it and shown to the
    buyer."""


class CodeShown(StaffBody):
    code: Annotated[Line, AtMost(40)]
    """A pickup or claim code as scanned or typed; spaces, dashes and lower case do not matter."""
