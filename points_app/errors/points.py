"""What a balance does not allow."""

from typing_extensions import TypedDict

from points_app.errors.base import AppError


class Shortfall(TypedDict):
    required: int
    """Points that are needed."""
    current: int
    """The balance in points."""


class InsufficientPoints(AppError):
    """A draw costs more than the balance."""

    code, message = 3001, "积分余额不足"
    detail = Shortfall
