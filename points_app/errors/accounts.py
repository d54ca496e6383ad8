"""Logging in, tokens and roles."""

from typing_extensions import TypedDict

from points_app.errors.base import AppError


class Waiting(TypedDict):
    retry_after: int
    """Seconds after which a code may be asked for again."""


class PhoneInvalid(AppError):
    code, message = 1001, "手机号格式不正确"


class CodeInvalid(AppError):
    code, message = 1002, "验证码错误或已过期"


class CodeTooSoon(AppError):
    code, message = 1003, "验证码发送过于频繁，请稍后再试"
    detail = Waiting


class CodeNotSent(AppError):
    code, message = 1004, "验证码发送失败，请稍后重试"


class AccountBanned(AppError):
    code, message = 1005, "账号已被禁用"


class RefreshTokenInvalid(AppError):
    code, message = 2000, "Token无效或已过期"


class AccessTokenMissing(AppError):
    code, message = 2001, "访问令牌不能为空"


class RefreshTokenMissing(AppError):
    code, message = 2001, "Refresh Token不能为空"


class AccessTokenInvalid(AppError):
    code, message = 2002, "访问令牌无效或已过期"


class UserGone(AppError):
    code, message = 2002, "用户不存在"


class NotMerchant(AppError):
    code, message = 7001, "无商家权限"


class ApplicationPending(AppError):
    code, message = 7004, "申请已提交"


class NotAdmin(AppError):
    code, message = 7005, "无管理员权限"
