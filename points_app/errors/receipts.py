"""Refusals about receipts that the contract leaves to us; the rest stands in errors/base.py."""

from points_app.errors.base import AppError
from points_app.errors.details import AppealState, Quota


class AppealTooLate(AppError):
    """Nobody could look again: the picture's time is over."""

    code, message = 5007, "小票图片已到期删除，不能申诉"
    detail = AppealState


class UploadsUsed(AppError):
    """The guest has no uploads left on this day of the shop."""

    code, message = 5008, "今日上传次数已用完"
    detail = Quota


class PreviewsUsed(AppError):
    """The guest has no previews left on this day of the shop."""

    code, message = 5008, "今日识别次数已用完"
    detail = Quota


class PreviewsRunning(AppError):
    """As many of the guest's previews are being read as one guest may have at once."""

    code, message = 5009, "图片正在识别中，请稍后再试"
    detail = Quota
