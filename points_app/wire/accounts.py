"""Guests, tokens and their points."""

from typing_extensions import TypedDict

from points_app.crypto import Vault, mask_mobile
from points_app.models import LedgerEntry, User
from points_app.wire import addresses
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, iso_or_none


class UserInfo(TypedDict):
    user_id: int
    mobile: str
    nickname: str
    avatar: str | None
    total_points: int
    is_merchant: bool
    status: str
    created_at: str
    last_login: str | None


class AdminUser(UserInfo):
    is_admin: bool


class Users(TypedDict):
    users: list[AdminUser]
    pagination: Pagination


class Customer(TypedDict):
    nickname: str
    avatar: str | None
    mobile: str


class CodeSent(TypedDict):
    expire_time: int
    can_resend_after: int


class TokenPair(TypedDict):
    access_token: str
    refresh_token: str
    expires_in: int


class LoginAnswer(TokenPair):
    user_info: UserInfo


class TokenVerdict(TypedDict):
    valid: bool
    user_info: UserInfo


class UserStatistics(TypedDict):
    total_lottery: int
    total_exchange: int
    total_upload: int
    this_month_points: int
    total_earned_points: int
    total_spent_points: int
    current_points: int
    member_days: int


class PointsRecord(TypedDict):
    id: int
    type: str
    points: int
    description: str
    source: str
    balance_after: int
    related_id: str
    created_at: str


class PointsRecords(TypedDict):
    records: list[PointsRecord]
    pagination: Pagination


class PointsStatistics(TypedDict):
    current_points: int
    total_earned: int
    total_spent: int
    total_refunded: int
    this_month_earned: int
    this_month_spent: int
    this_month_refunded: int
    by_source: dict[str, int]


class CheckIn(TypedDict):
    points_awarded: int
    consecutive_days: int
    total_points: int
    next_reward_points: int
    already_checked_in: bool


class Operated(TypedDict):
    user_id: int
    total_points: int
    record_id: int


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


def points_record(entry: LedgerEntry) -> PointsRecord:
    return {
        "id": entry.id,
        "type": entry.type,
        "points": entry.points,
        "description": entry.description,
        "source": entry.source,
        "balance_after": entry.balance_after,
        "related_id": entry.related_id,
        "created_at": iso(entry.created_at),
    }
