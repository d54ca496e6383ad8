"""Accounts and tokens."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.crypto import Vault, mask_mobile
from points_app.models.accounts import User, UserStatus
from points_app.wire import addresses
from points_app.wire.formats import iso, iso_or_none
from points_app.wire.paging import Listed
from points_app.wire.values import one_of


class UserInfo(TypedDict):
    user_id: int
    """The account's number."""
    mobile: str
    """The phone number with its middle hidden."""
    nickname: str
    """The name the guest goes by; after the first login 用户 and the last four digits."""
    avatar: str | None
    """The address of the picture; null without one."""
    total_points: int
    """The balance in points, never below 0."""
    is_merchant: bool
    """Whether the account reviews receipts and runs the shop."""
    status: Annotated[str, one_of(*UserStatus)]
    """A banned account can do nothing until an admin lets it in again."""
    created_at: str
    """When the account was made (UTC)."""
    last_login: str | None
    """When the guest last logged in with a code (UTC); null before the first time."""


class AdminUser(UserInfo):
    is_admin: bool
    """Whether the account is an admin."""


class Users(Listed):
    users: list[AdminUser]
    """The accounts of this page, newest first."""


class Customer(TypedDict):
    nickname: str
    """The name the guest goes by."""
    avatar: str | None
    """The address of the guest's picture; null without one."""
    mobile: str
    """The guest's phone number with its middle hidden."""


class UserStatistics(TypedDict):
    total_lottery: int
    """Turns of the wheel so far."""
    total_exchange: int
    """Orders so far, without cancelled ones."""
    total_upload: int
    """Receipts handed in so far."""
    this_month_points: int
    """Points earned since the month began, by the shop's clock."""
    total_earned_points: int
    """Points earned so far, without those that cancelled orders gave back."""
    total_spent_points: int
    """Points spent so far, less those that cancelled orders gave back."""
    current_points: int
    """The balance in points."""
    member_days: int
    """Days of the shop since the account was made; that day is 1."""


def user_info(user: User, vault: Vault) -> UserInfo:
    """The guest as they see themselves; the number masked."""
    return {
        "user_id": user.user_id,
        "mobile": mask_mobile(vault.open(user.mobile, user.mobile_row)),
        "nickname": user.nickname,
        "avatar": addresses.avatar(user),
        "total_points": user.total_points,
        "is_merchant": user.is_merchant,
        "status": user.status,
        "created_at": iso(user.created_at),
        "last_login": iso_or_none(user.last_login),
    }


def admin_user(user: User, vault: Vault) -> AdminUser:
    """An account as admins see it; the number stays masked."""
    return {**user_info(user, vault), "is_admin": user.is_admin}


def customer(user: User, vault: Vault) -> Customer:
    """A guest as merchants see them; the number masked."""
    return {
        "nickname": user.nickname,
        "avatar": addresses.avatar(user),
        "mobile": mask_mobile(vault.open(user.mobile, user.mobile_row)),
    }
