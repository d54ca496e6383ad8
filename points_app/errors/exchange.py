"""Products and orders."""

from typing import Literal

from typing_extensions import TypedDict

from points_app.errors.base import AppError, Expected
from points_app.errors.points import InsufficientPoints


class StockShort(TypedDict):
    available: int
    """Pieces in stock."""
    requested: int
    """Pieces that were asked for."""


class OrderState(TypedDict):
    status: Literal["pending", "shipped", "completed", "cancelled", "claimed"]
    """Where the order stands; `claimed` for a prize that was handed out."""


class OrderCostChanged(AppError):
    """The order costs something else than the client expects; nothing was charged."""

    code, message = 4006, "商品价格已变动，请确认后再试"
    detail = Expected


class StockMoved(AppError):
    """The stock is another one than the count went by; nothing was written."""

    code, message = 8003, "内容已被他人修改，请刷新后再试"
    detail = Expected


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
