"""Who may decide on receipts, and whom a receipt waits for.

Merchants decide. Where none of them may, because the shop has only one, or where an appeal has
waited too long, an admin may as well. Nobody ever decides on their own receipt.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import or_, select

from points_app.database.session import execute, utcnow
from points_app.models.accounts import User, UserStatus
from points_app.models.receipts import Receipt
from points_app.services.settings.business import business

ACTIVE = User.status == UserStatus.ACTIVE.value

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
WaitsFor = Literal["merchant", "second_merchant", "other_merchant", "admin"]


def merchants() -> frozenset[int]:
    """The accounts that are merchants now and may log in; read from an index."""
    query = select(User.user_id).where(User.is_merchant.is_(True), ACTIVE)
    return frozenset(execute(query).scalars())


def still_in_office(user_ids: Iterable[int | None]) -> frozenset[int]:
    """Those of the accounts that are not banned and still merchants or admins."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return frozenset()
    role = or_(User.is_merchant.is_(True), User.is_admin.is_(True))
    query = select(User.user_id).where(User.user_id.in_(wanted), ACTIVE, role)
    return frozenset(execute(query).scalars())


def waits_for(receipt: Receipt, merchant_ids: frozenset[int], first: int | None) -> WaitsFor:
    """Whom an undecided receipt waits for; `first` is who approved it first and still counts."""
    excluded = {receipt.user_id, first}
    if receipt.appealed_at is not None and first is None:
        excluded.add(receipt.reviewer_id)
    if not merchant_ids - excluded or is_overdue(receipt):
        return "admin"
    if first is not None:
        return "second_merchant"
    return "merchant" if receipt.appealed_at is None else "other_merchant"


def is_overdue(receipt: Receipt) -> bool:
    """Whether an appeal has waited longer than the shop's limit."""
    return receipt.appealed_at is not None and receipt.appealed_at < appeals_until(1)


def appeals_until(times: int) -> datetime:
    """Appeals from before this moment have waited `times` as long as the shop allows."""
    days = business().appeal_days
    return utcnow() - timedelta(days=days * times) if days else NEVER
