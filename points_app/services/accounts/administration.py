"""Accounts from the admin's side: find them, shut them out, let them in again."""

from sqlalchemy import select, update

from points_app import freshness
from points_app.crypto import mask_mobile
from points_app.database.session import db, execute, transactional, utcnow
from points_app.errors.base import InvalidInput
from points_app.extensions import parts
from points_app.models.accounts import User, UserStatus
from points_app.services import locks
from points_app.services.accounts import sessions
from points_app.services.audit import trail, viewings
from points_app.services.pages import Page, page_of_all
from points_app.wire.accounts import users as wire


def search(admin_id: int, page: Page, phone: str | None) -> wire.Users:
    """The account of this number, or, without one, all accounts, newest first; that somebody
    looked is recorded."""
    query = select(User)
    if phone is not None:
        query = query.where(User.mobile_hash.in_(parts.vault.blind_indexes(phone)))
    rows, listed = page_of_all(query, User.user_id, page)
    users = [wire.admin_user(user, parts.vault) for user, _ in rows]
    found = [user["user_id"] for user in users]
    if phone is None:
        viewings.record_list(admin_id, "user.list", "users", found)
    else:
        details = {"mobile": mask_mobile(phone), "found": found}
        viewings.record(admin_id, "user.search", "users", details)
    return {"users": users, **listed}


@transactional
def ban(admin_id: int, user_id: int, reason: str | None) -> wire.AdminUser:
    """Shut an account out: its sessions end with this, its sockets close right after.

    Locks the user's row. Raises InvalidInput for an unknown user, an erased account and the admin's
    own.
    """
    if user_id == admin_id:
        raise InvalidInput.of("user_id", "an admin cannot ban their own account")
    return _set_status(admin_id, user_id, UserStatus.BANNED, reason)


@transactional
def unban(admin_id: int, user_id: int, reason: str | None) -> wire.AdminUser:
    """Let an account in again; it has to log in anew.

    Locks the user's row. Raises InvalidInput for an unknown user and an erased account.
    """
    return _set_status(admin_id, user_id, UserStatus.ACTIVE, reason)


def _set_status(
    admin_id: int, user_id: int, status: UserStatus, reason: str | None
) -> wire.AdminUser:
    found = locks.wallet(user_id)
    if found is None:
        raise InvalidInput.of("user_id", "no such user")
    if found.erased_at is not None:
        raise InvalidInput.of("user_id", "the account was erased")
    if found.status != status:
        row = update(User).where(User.user_id == user_id)
        execute(row.values(status=status.value, updated_at=utcnow()))
        action = "user.ban" if status == UserStatus.BANNED else "user.unban"
        freshness.changed(freshness.account(user_id))
        trail.record(admin_id, action, f"user:{user_id}", {"reason": reason})
    if status == UserStatus.BANNED:
        sessions.revoke_all(user_id)
    return wire.admin_user(db.session.get_one(User, user_id, populate_existing=True), parts.vault)
