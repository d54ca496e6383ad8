"""Every column that holds sealed personal data, and what each value is bound to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import InstrumentedAttribute

from points_app.database.rows import AnyRow
from points_app.extensions import parts
from points_app.models.accounts import MerchantApplication, User
from points_app.models.exchange import Order


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A sealed `column`; `binding` makes what a value is bound to out of the row's `bound_to`.

    `is_indexed`: `bound_to` is the blind index of the sealed text itself, and changes with the key.
    """

    column: InstrumentedAttribute[Any]
    bound_to: InstrumentedAttribute[Any]
    binding: Callable[[str], str]
    is_indexed: bool = False

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def table(self) -> Table:
        return self.column.class_.__table__

    @property
    def primary_key(self) -> Column[Any]:
        (key,) = self.table.primary_key.columns
        return key

    def open(self, row: AnyRow) -> str:
        """The text in clear; the row holds `column` and `bound_to`. Raises SealBroken."""
        bound_to = getattr(row, self.bound_to.name)
        return parts.vault.open(getattr(row, self.column.name), self.binding(bound_to))


SEALED = (
    SealedColumn(
        User.mobile,
        User.mobile_hash,
        lambda index: User(mobile_hash=index).mobile_row,
        is_indexed=True,
    ),
    SealedColumn(
        Order.delivery_info,
        Order.order_id,
        lambda order_id: Order(order_id=order_id).delivery_row,
    ),
    SealedColumn(
        MerchantApplication.contact_phone,
        MerchantApplication.application_id,
        lambda application_id: MerchantApplication(application_id=application_id).phone_row,
    ),
)
