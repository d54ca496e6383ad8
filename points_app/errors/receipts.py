"""Receipts and their reviews."""

from typing import Literal

from typing_extensions import TypedDict

from points_app.errors.base import AppError


class ReviewState(TypedDict):
    status: Literal["approved", "rejected"]
    """What was decided before."""


class AppealState(TypedDict):
    status: Literal["pending", "approved", "rejected"]
    """Where the receipt stands."""
    appealed: bool
    """Whether it was appealed before."""


class Exclusion(TypedDict):
    reason: Literal["own_receipt", "second_merchant_needed", "own_decision_appealed"]
    """Why this reviewer may not: their own receipt, their own first approval, an appeal against
    their own rejection."""


class Unreadable(TypedDict):
    reason: Literal["kind", "size", "damaged", "cost", "storage"]
    """Another kind of file, too many pixels, damaged, too costly to decode, or more than the
    database takes."""
    message: str
    """What the guest can do, for the guest to read."""


class EarlierUpload(TypedDict):
    upload_id: str
    """The caller's own earlier upload of the same picture."""


class Quota(TypedDict):
    limit: int
    """How many a guest has."""
    used: int
    """How many of them are used."""


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


class ReviewUnknown(AppError):
    code, message = 7002, "审核记录不存在"


class AlreadyReviewed(AppError):
    code, message = 7003, "该记录已审核"
    detail = ReviewState


class ReviewerExcluded(AppError):
    code, message = 7006, "该记录须由其他商家审核"
    detail = Exclusion
