"""What every refusal is, and those that any endpoint may answer with."""

from typing import Any, ClassVar

from typing_extensions import TypedDict


class Expected(TypedDict):
    expected: int
    """What the request expected: points, or pieces in stock."""
    current: int
    """What it is now."""


class VersionNow(TypedDict):
    version: str
    """The version of what is there now."""


class Problem(TypedDict):
    field: str
    """Which field, with dots between the names of nested ones; `body` for the whole."""
    message: str
    """What is wrong with it, in English, for developers."""


class Problems(TypedDict):
    errors: list[Problem]
    """Everything that is wrong with the request."""


class AppError(Exception):
    """A refusal a client is told about. `data` goes into the envelope as it is; `detail` is its
    type, None when there is none."""

    code: ClassVar[int]
    message: ClassVar[str]
    status: ClassVar[int] = 200
    detail: ClassVar[Any] = None
    retry_after: int | None = None

    def __init__(self, **data: Any) -> None:
        super().__init__(f"{self.code} {self.message}")
        self.data: dict[str, Any] | None = data or None


class SystemFailure(AppError):
    code, message, status = 1000, "系统异常，请稍后重试", 500


class TooManyRequests(AppError):
    code, message, status = 3001, "请求过于频繁，请稍后再试", 429


class RequestInProgress(AppError):
    code, message = 8001, "重复请求正在处理中"


class IdempotencyKeyReused(AppError):
    code, message = 8002, "幂等键已用于不同的请求"


class InvalidInput(AppError):
    """A request that does not fit its schema."""

    code, message = 9001, "参数错误"
    detail = Problems

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidInput":
        """The same for one field, for checks that need more than the schema."""
        return cls(errors=[{"field": field, "message": message}])


class RouteUnknown(AppError):
    code, message, status = 9404, "接口不存在", 404


class MethodRefused(AppError):
    code, message, status = 9405, "请求方法不支持", 405


class BodyTooLarge(AppError):
    code, message, status = 9413, "请求体过大", 413


class ServiceUnavailable(AppError):
    """Something the request cannot do without is down; the client may try again."""

    code, message, status = 9503, "服务暂不可用", 503
    retry_after = 3


class FormChanged(AppError):
    """What a form shows was changed after the form was opened; nothing was written."""

    code, message = 8003, "内容已被他人修改，请刷新后再试"
    detail = VersionNow
