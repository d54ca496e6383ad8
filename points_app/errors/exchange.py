"""Refusals of what rests on something that was shown and is no longer so; the rest stands in
errors/base.py."""

from points_app.errors.base import AppError
from points_app.errors.details import Expected, VersionNow


class DrawCostChanged(AppError):
    """The draw costs something else than the client expects; nothing was charged."""

    code, message = 3005, "抽奖所需积分已变动，请确认后再试"
    detail = Expected


class OrderCostChanged(AppError):
    """The order costs something else than the client expects; nothing was charged."""

    code, message = 4006, "商品价格已变动，请确认后再试"
    detail = Expected


class FormChanged(AppError):
    """What a form shows was changed after the form was opened; nothing was written."""

    code, message = 8003, "内容已被他人修改，请刷新后再试"
    detail = VersionNow


class StockMoved(AppError):
    """The stock is another one than the count went by; nothing was written."""

    code, message = 8003, "内容已被他人修改，请刷新后再试"
    detail = Expected
