"""Refusals of a price that is no longer the one a guest was shown; the rest stands in errors.py."""

from typing_extensions import TypedDict

from points_app.errors import AppError


class CostNow(TypedDict):
    expected: int
    current: int


class DrawCostChanged(AppError):
    """The draw costs something else than the client expects; nothing was charged."""

    code, message = 3005, "抽奖所需积分已变动，请确认后再试"
    detail = CostNow


class OrderCostChanged(AppError):
    """The order costs something else than the client expects; nothing was charged."""

    code, message = 4006, "商品价格已变动，请确认后再试"
    detail = CostNow
