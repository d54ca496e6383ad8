"""What requests may hold, by area. Bodies are strict: a number is a number and never a string or a
boolean; query strings and forms hold text, of which only ASCII spellings are taken."""

from points_app.http.schemas.admin import (
    ApplicationsQuery,
    Approval,
    AuditQuery,
    Ban,
    Rejection,
    SettingsChange,
    UsersQuery,
)
from points_app.http.schemas.auth import DeviceBinding, Login, Logout, SendCode, UserChange
from points_app.http.schemas.exchange import OrdersQuery, ProductsQuery, RedeemRequest
from points_app.http.schemas.lottery import DrawRequest, DrawsQuery
from points_app.http.schemas.merchant_catalogue import (
    NewProduct,
    ProductChange,
    ShopProductsQuery,
    StockChange,
    WheelPrize,
    WholeWheel,
)
from points_app.http.schemas.merchant_orders import CodeShown, Remark
from points_app.http.schemas.merchant_reviews import ApplicationForm, BatchReview, StatisticsQuery
from points_app.http.schemas.monitoring import ErrorReport, PerformanceReport
from points_app.http.schemas.photo import (
    AppealRequest,
    PendingQuery,
    PictureLink,
    ReviewRequest,
    UploadForm,
    UploadsQuery,
)
from points_app.http.schemas.points import PointsOperation, PointsQuery

__all__ = [
    "AppealRequest",
    "ApplicationForm",
    "ApplicationsQuery",
    "Approval",
    "AuditQuery",
    "Ban",
    "BatchReview",
    "CodeShown",
    "DeviceBinding",
    "DrawRequest",
    "DrawsQuery",
    "ErrorReport",
    "Login",
    "Logout",
    "NewProduct",
    "OrdersQuery",
    "PendingQuery",
    "PerformanceReport",
    "PictureLink",
    "PointsOperation",
    "PointsQuery",
    "ProductChange",
    "ProductsQuery",
    "RedeemRequest",
    "Rejection",
    "Remark",
    "ReviewRequest",
    "SendCode",
    "SettingsChange",
    "ShopProductsQuery",
    "StatisticsQuery",
    "StockChange",
    "UploadForm",
    "UploadsQuery",
    "UserChange",
    "UsersQuery",
    "WheelPrize",
    "WholeWheel",
]
