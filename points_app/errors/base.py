"""Every outcome that is not success: one class each, with the contract's code and message.

Services raise these, the HTTP side turns them into the envelope, nothing else knows the codes. Two
classes may share a code where the contract gives one code two messages.
"""

from typing import Any, ClassVar

from points_app.errors.details import (
    AppealState,
    DrawsUsed,
    EarlierUpload,
    Exclusion,
    OrderState,
    Problems,
    ReviewState,
    Shortfall,
    StockShort,
    Unreadable,
    Waiting,
)


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


class LotteryConfigFailure(AppError):
    code, message, status = 3000, "获取配置失败", 500


class LotteryFailure(AppError):
    code, message, status = 3000, "抽奖失败，请稍后重试", 500


class InsufficientPoints(AppError):
    """A draw costs more than the balance."""

    code, message = 3001, "积分余额不足"
    detail = Shortfall


class TooManyRequests(AppError):
    code, message, status = 3001, "请求过于频繁，请稍后再试", 429


class TooManyDraws(AppError):
    code, message, status = 3002, "抽奖过于频繁，请稍后再试", 429


class LotteryClosed(AppError):
    code, message = 3003, "抽奖活动暂未开放"


class DailyDrawsUsed(AppError):
    code, message = 3004, "今日抽奖次数已用完"
    detail = DrawsUsed


class ProductListFailure(AppError):
    code, message, status = 4000, "获取商品列表失败", 500


class ExchangeFailure(AppError):
    code, message, status = 4000, "兑换失败，请稍后重试", 500


class ProductUnknown(AppError):
    code, message = 4001, "商品不存在"


class OutOfStock(AppError):
    code, message = 4002, "库存不足"
    detail = StockShort


class InsufficientPointsForOrder(InsufficientPoints):
    """An order costs more than the balance."""

    code, message = 4003, "积分余额不足"


class OrderUnknown(AppError):
    code, message = 4004, "订单不存在"


class OrderStateRefused(AppError):
    code, message = 4005, "订单状态不允许此操作"
    detail = OrderState


class PhotoFailure(AppError):
    code, message, status = 5000, "上传失败，请稍后重试", 500


class PictureMissing(AppError):
    code, message = 5001, "请选择要上传的图片"


class PictureTooLarge(AppError):
    code, message = 5002, "图片大小不能超过10MB"


class PictureUnreadable(AppError):
    """`reason`: another kind of file, too many pixels, damaged, too costly to decode, or more than
    the database takes; `message` tells the guest what to do."""

    code, message = 5003, "图片格式不支持或已损坏"
    detail = Unreadable


class AmountInvalid(AppError):
    code, message = 5004, "金额不正确"


class ReceiptAlreadySubmitted(AppError):
    """The earlier upload is named only when it is the caller's own."""

    code, message = 5005, "该小票已提交过"
    detail = EarlierUpload | None


class UploadUnknown(AppError):
    code, message = 5006, "上传记录不存在"


class AppealRefused(AppError):
    """Not rejected, or appealed before."""

    code, message = 5007, "该小票不能申诉"
    detail = AppealState


class MetricsFailure(AppError):
    code, message, status = 6000, "数据收集失败", 500


class ErrorLogFailure(AppError):
    code, message, status = 6001, "日志收集失败", 500


class NotMerchant(AppError):
    code, message = 7001, "无商家权限"


class ReviewUnknown(AppError):
    code, message = 7002, "审核记录不存在"


class AlreadyReviewed(AppError):
    code, message = 7003, "该记录已审核"
    detail = ReviewState


class ApplicationPending(AppError):
    code, message = 7004, "申请已提交"


class NotAdmin(AppError):
    code, message = 7005, "无管理员权限"


class ReviewerExcluded(AppError):
    code, message = 7006, "该记录须由其他商家审核"
    detail = Exclusion


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
