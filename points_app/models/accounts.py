"""Guests and staff, their login codes and sessions, and who asked to become a merchant."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from points_app.database.session import Model, utcnow
from points_app.models.column_types import BigInt, Picture, UtcDateTime, ascii_code


class UserStatus(StrEnum):
    ACTIVE = "active"
    BANNED = "banned"


class ApplicationStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class User(Model):
    """A guest; `total_points` repeats the sum of their ledger so that it can be locked and read.

    `erased_at`: forgotten since then, for ever banned; nothing is booked to or decided for it.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("total_points >= 0", name="total_points_not_negative"),
        CheckConstraint("status IN ('active', 'banned')", name="status_known"),
        Index("ix_users_is_merchant", "is_merchant", "status"),
    )

    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    mobile: Mapped[str] = mapped_column(ascii_code(255))
    mobile_hash: Mapped[str] = mapped_column(ascii_code(64), unique=True)
    total_points: Mapped[int] = mapped_column(BigInt, default=0)
    is_merchant: Mapped[bool] = mapped_column(default=False)
    is_admin: Mapped[bool] = mapped_column(default=False)
    nickname: Mapped[str] = mapped_column(String(50))
    avatar: Mapped[str | None] = mapped_column(String(255))
    wx_openid: Mapped[str | None] = mapped_column(ascii_code(64), unique=True)
    device_info: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    last_login: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(ascii_code(16), default=UserStatus.ACTIVE)
    welcome_held: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)

    @property
    def mobile_row(self) -> str:
        """What the sealed number is bound to."""
        return f"users.mobile:{self.mobile_hash}"


class Avatar(Model):
    """A guest's avatar, a small JPEG; `users.avatar` repeats its `name`."""

    __tablename__ = "avatars"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.user_id"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(ascii_code(32), unique=True)
    content: Mapped[bytes] = mapped_column(Picture)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class FirstLogin(Model):
    """From where an account was made: keyed hashes, kept to see many accounts behind one source."""

    __tablename__ = "first_logins"
    __table_args__ = (Index("ix_first_logins_network", "network_hash", "created_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    device_hash: Mapped[str | None] = mapped_column(ascii_code(64), index=True)
    network_hash: Mapped[str | None] = mapped_column(ascii_code(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)


class SmsCode(Model):
    """The login codes of a phone (services/accounts/sms_codes.py).

    `sent_times`: when it asked (Unix time), newest last. `codes`: the living ones. `guesses`: the
    wrong ones of the last day. `familiar`: keyed hashes of networks it has logged in from.
    `code_hash` and `tries_left` are there for the version before while both run.
    """

    __tablename__ = "sms_codes"
    __table_args__ = (CheckConstraint("tries_left >= 0", name="tries_left_not_negative"),)

    mobile_hash: Mapped[str] = mapped_column(ascii_code(64), primary_key=True)
    code_hash: Mapped[str | None] = mapped_column(ascii_code(64))
    tries_left: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_times: Mapped[list[int]] = mapped_column(JSON, default=list)
    codes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    guesses: Mapped[list[list[Any]] | None] = mapped_column(JSON)
    familiar: Mapped[list[str] | None] = mapped_column(JSON)


class AuthSession(Model):
    """One login: the family that its access and refresh tokens belong to."""

    __tablename__ = "auth_sessions"

    session_id: Mapped[str] = mapped_column(ascii_code(26), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class RefreshToken(Model):
    """One refresh token of a session: live, or retired when it was exchanged for another;
    `grace_used` when it was exchanged again within the grace."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_session", "session_id"),)

    jti: Mapped[str] = mapped_column(ascii_code(26), primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("auth_sessions.session_id", ondelete="CASCADE")
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grace_used: Mapped[bool] = mapped_column(default=False)


class MerchantApplication(Model):
    """An application. `pending_user_id` repeats `user_id` while undecided: UNIQUE allows one.

    `contact_phone` is sealed.
    """

    __tablename__ = "merchant_applications"
    __table_args__ = (
        Index("ix_merchant_applications_status", "status", "id"),
        CheckConstraint("status IN ('pending', 'approved', 'rejected')", name="status_known"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    application_id: Mapped[str] = mapped_column(ascii_code(50), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), index=True)
    pending_user_id: Mapped[int | None] = mapped_column(BigInt, unique=True)
    business_name: Mapped[str] = mapped_column(String(100))
    contact_person: Mapped[str] = mapped_column(String(50))
    contact_phone: Mapped[str] = mapped_column(ascii_code(255))
    business_license: Mapped[str | None] = mapped_column(String(100))
    business_address: Mapped[str | None] = mapped_column(String(255))
    reason: Mapped[str | None] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(ascii_code(16), default=ApplicationStatus.PENDING)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    decision_reason: Mapped[str | None] = mapped_column(String(500))
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def phone_row(self) -> str:
        """What the sealed phone number is bound to."""
        return f"merchant_applications.contact_phone:{self.application_id}"
