"""Draws."""

from typing_extensions import TypedDict

from points_app.errors.base import AppError, Expected


class DrawsUsed(TypedDict):
    limit: int
    """Turns a guest has on a day of the shop."""
    used: int
    """Turns used since the shop's midnight."""


class LotteryConfigFailure(AppError):
    code, message, status = 3000, "获取配置失败", 500


class LotteryFailure(AppError):
    code, message, status = 3000, "抽奖失败，请稍后重试", 500


class TooManyDraws(AppError):
    code, message, status = 3002, "抽奖过于频繁，请稍后再试", 429


class LotteryClosed(AppError):
    code, message = 3003, "抽奖活动暂未开放"


class DailyDrawsUsed(AppError):
    code, message = 3004, "今日抽奖次数已用完"
    detail = DrawsUsed


class DrawCostChanged(AppError):
    """The draw costs something else than the client expects; nothing was charged."""

    code, message = 3005, "抽奖所需积分已变动，请确认后再试"
    detail = Expected
