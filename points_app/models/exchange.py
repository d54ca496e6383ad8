"""The catalogue, its stock and the orders."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, UtcDateTime, ascii_code


class ProductStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class OrderStatus(StrEnum):
    PENDING = "pending"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Product(Model):
    """Something guests can buy with points. An inactive one is invisible, never deleted.

    `stock_version` numbers the changes of `stock`, so that guests who hear of two of them in the
    wrong order can be spared the older one; services/exchange/stock.py changes both.
    """

    __tablename__ = "commodity_pool"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("exchange_points > 0", name="exchange_points_positive"),
        CheckConstraint("sales_count >= 0", name="sales_count_not_negative"),
        CheckConstraint("status IN ('active', 'inactive')", name="status_known"),
        Index("ix_commodity_pool_status_sort", "status", "sort_order", "commodity_id"),
        Index("ix_commodity_pool_status_category", "status", "category", "sort_order"),
        Index("ix_commodity_pool_status_stock", "status", "stock", "commodity_id"),
        Index("ix_commodity_pool_status_sales", "status", "sales_count", "commodity_id"),
        Index("ix_commodity_pool_updated_at", "updated_at"),
    )

    commodity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(50))
    exchange_points: Mapped[int]
    stock: Mapped[int] = mapped_column(default=0)
    stock_version: Mapped[int] = mapped_column(default=0)
    image: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(ascii_code(16), default=ProductStatus.ACTIVE)
    is_hot: Mapped[bool] = mapped_column(default=False)
    sort_order: Mapped[int] = mapped_column(default=0)
    rating: Mapped[Decimal] = mapped_column(Numeric(3, 2), default=Decimal("5.00"))
    sales_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)


class StockMovement(Model):
    """A change of stock that is no order: first stock, restock, correction."""

    __tablename__ = "stock_movements"
    __table_args__ = (Index("ix_stock_movements_commodity_id_id", "commodity_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    commodity_id: Mapped[int] = mapped_column(ForeignKey("commodity_pool.commodity_id"))
    operation: Mapped[str] = mapped_column(ascii_code(16))
    change: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Order(Model):
    """What a guest bought. `delivery_info` is sealed. `points_forfeited`: called off after its
    buyer was erased, so that the stock came back and the points did not.

    `commodity_id` is no foreign key: the check of one locks the product's row shared, two guests of
    a flash sale would hold it so, and each would wait for the other to update it.
    """

    __tablename__ = "exchange_records"
    __table_args__ = (
        Index("ix_exchange_records_user_id_id", "user_id", "id"),
        Index("ix_exchange_records_commodity_id", "commodity_id"),
        Index("ix_exchange_records_status_id", "status", "id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("points_cost > 0", name="points_cost_positive"),
        CheckConstraint(
            "status IN ('pending', 'shipped', 'completed', 'cancelled')", name="status_known"
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    commodity_id: Mapped[int]
    order_id: Mapped[str] = mapped_column(ascii_code(50), unique=True)
    product_name: Mapped[str] = mapped_column(String(100))
    quantity: Mapped[int]
    points_cost: Mapped[int]
    status: Mapped[str] = mapped_column(ascii_code(16), default=OrderStatus.PENDING)
    pickup_code: Mapped[str] = mapped_column(ascii_code(16), unique=True)
    delivery_info: Mapped[str | None] = mapped_column(Text)
    remark: Mapped[str | None] = mapped_column(String(255))
    points_forfeited: Mapped[bool] = mapped_column(default=False, server_default=false())
    imported: Mapped[bool] = mapped_column(default=False, server_default=false())
    exchange_time: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    completed_time: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def delivery_row(self) -> str:
        """What the sealed delivery information is bound to."""
        return f"exchange_records.delivery_info:{self.order_id}"
