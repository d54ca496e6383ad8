"""What a guest sees of themselves, and what they may change."""

from typing import Any

from sqlalchemy import func, select, update

from points_app.database.session import db, execute, transactional, utcnow
from points_app.errors.accounts import UserGone
from points_app.errors.base import InvalidInput
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.exchange import Order, OrderStatus
from points_app.models.lottery import Draw
from points_app.models.receipts import Receipt
from points_app.services import locks
from points_app.services.accounts import avatars
from points_app.services.points import history
from points_app.services.settings.shop_time import shop_day
from points_app.wire.accounts import users as wire


def user_info(user_id: int) -> wire.UserInfo:
    """The guest's own data. Raises UserGone."""
    return wire.user_info(_user(user_id), parts.vault)


def _user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise UserGone
    return user


@transactional
def change(user_id: int, changes: dict[str, Any]) -> wire.UserInfo:
    """Set the guest's `nickname`, or take the `avatar` away; locks the user's row.

    Raises UserGone, and InvalidInput for an avatar that was not uploaded.
    """
    if "avatar" in changes:
        _check_avatar(user_id, changes.pop("avatar"))
    if changes:
        _set(user_id, **changes)
    return user_info(user_id)


def _check_avatar(user_id: int, address: str | None) -> None:
    """A form may send back the address it was shown."""
    if address is None:
        avatars.take_away(user_id)
    elif address != user_info(user_id)["avatar"]:
        raise InvalidInput.of("avatar", "upload it: POST /api/user/avatar")


@transactional
def bind_device(user_id: int, device_info: dict[str, Any]) -> None:
    """Remember what the guest's device says of itself; locks the user's row. Raises UserGone."""
    _set(user_id, device_info=device_info)


def _set(user_id: int, **columns: Any) -> None:
    locks.reach(locks.Rank.WALLET, user_id)
    row = update(User).where(User.user_id == user_id, User.erased_at.is_(None))
    if not execute(row.values(**columns, updated_at=utcnow())).rowcount:
        raise UserGone


def statistics(user_id: int) -> wire.UserStatistics:
    """The guest's life with the shop. The day of joining is member day 1; cancelled orders do not
    count; `this_month_points` is what was earned this month."""
    user, sums = _user(user_id), history.statistics(user_id)
    done = Order.status != OrderStatus.CANCELLED
    return {
        "total_lottery": _count(Draw.user_id == user_id),
        "total_exchange": _count(Order.user_id == user_id, done),
        "total_upload": _count(Receipt.user_id == user_id),
        "this_month_points": sums["this_month_earned"],
        "total_earned_points": sums["total_earned"],
        "total_spent_points": sums["total_spent"],
        "current_points": sums["current_points"],
        "member_days": (shop_day(utcnow()) - shop_day(user.created_at)).days + 1,
    }


def _count(*conditions: Any) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0
