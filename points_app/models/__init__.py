"""The tables. Columns, constraints and enums only; rules live in the services."""

from points_app.models.audit import AuditEntry, AuditHead, SystemConfig
from points_app.models.check_in import CheckIn
from points_app.models.exchange import Order, OrderStatus, Product, StockMovement
from points_app.models.idempotency import IdempotencyKey
from points_app.models.key import EncryptionKey
from points_app.models.ledger import LedgerEntry, LedgerSeal, ProofRun, Source
from points_app.models.lottery import Draw, Prize, PrizeCount, PrizeType
from points_app.models.merchant import MerchantApplication
from points_app.models.monitoring import ErrorLog, PerformanceMetric
from points_app.models.receipt import (
    AutoReview,
    MatchStatus,
    PictureBand,
    ProcessingStatus,
    Receipt,
    ReviewStatus,
    StagedPicture,
)
from points_app.models.user import (
    AuthSession,
    Avatar,
    FirstLogin,
    RefreshToken,
    SmsCode,
    User,
    UserStatus,
)

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuthSession",
    "AutoReview",
    "Avatar",
    "CheckIn",
    "Draw",
    "EncryptionKey",
    "ErrorLog",
    "FirstLogin",
    "IdempotencyKey",
    "LedgerEntry",
    "LedgerSeal",
    "MatchStatus",
    "MerchantApplication",
    "Order",
    "OrderStatus",
    "PerformanceMetric",
    "PictureBand",
    "Prize",
    "PrizeCount",
    "PrizeType",
    "ProcessingStatus",
    "Product",
    "ProofRun",
    "Receipt",
    "RefreshToken",
    "ReviewStatus",
    "SmsCode",
    "Source",
    "StagedPicture",
    "StockMovement",
    "SystemConfig",
    "User",
    "UserStatus",
]
