"""What clients report."""

from points_app.errors.base import AppError


class MetricsFailure(AppError):
    code, message, status = 6000, "数据收集失败", 500


class ErrorLogFailure(AppError):
    code, message, status = 6001, "日志收集失败", 500
