"""Token pairs and the sessions (families) they belong to."""

from datetime import datetime, timedelta
from typing import Any

from flask_jwt_extended import create_access_token, create_refresh_token
from sqlalchemy import insert, update
from ulid import ULID

from points_app import freshness
from points_app.crypto import mask_mobile
from points_app.database.session import db, execute, transactional, utcnow
from points_app.database.statements import Write
from points_app.errors.accounts import (
    AccountBanned,
    RefreshTokenInvalid,
    RefreshTokenMissing,
    UserGone,
)
from points_app.extensions import parts
from points_app.models.accounts import AuthSession, RefreshToken, User, UserStatus
from points_app.notices import events
from points_app.services import locks
from points_app.services.accounts import revocations
from points_app.services.accounts.tokens import Subject, verify
from points_app.services.settings.business import business
from points_app.wire.accounts.tokens import TokenPair

ACCESS_LIFE = timedelta(seconds=7200)
REFRESH_LIFE = timedelta(days=7)
GRACE = timedelta(seconds=30)

_NEW_SESSION = Write(insert(AuthSession))
_NEW_TOKEN = Write(insert(RefreshToken))


def open_session(user: User) -> TokenPair:
    """A new session with its first pair. Runs in the caller's transaction."""
    session_id, now = str(ULID()), utcnow()
    session = {"session_id": session_id, "user_id": user.user_id, "created_at": now}
    ends_at = now + timedelta(days=business().session_days)
    _NEW_SESSION.run({**session, "expires_at": min(now + REFRESH_LIFE, ends_at)})
    return _issue(user, session_id, ends_at)


def refresh(token: str | None) -> TokenPair:
    """Exchange a refresh token for a new pair and retire it.

    A token retired less than 30 s ago works on (many tabs, a lost answer); later it is a stolen
    one, and the whole session ends. No pair outlives `session_days` since the login. Raises
    RefreshTokenMissing, RefreshTokenInvalid, UserGone or AccountBanned.
    """
    if not token:
        raise RefreshTokenMissing
    claims = verify(token, "refresh")
    pair = claims and _exchange(claims)
    if not pair:
        raise RefreshTokenInvalid
    return pair


@transactional
def _exchange(claims: dict[str, Any]) -> TokenPair | None:
    """None when the token must not be honoured; a reuse found on the way is then committed."""
    now = utcnow()
    session = locks.session(claims["sid"])
    token = db.session.get(RefreshToken, claims["jti"], populate_existing=True)
    if session is None or token is None:
        return None
    user = db.session.get(User, session.user_id, populate_existing=True)
    if user is None:
        raise UserGone
    if user.status == UserStatus.BANNED:  # which ended the session as well
        raise AccountBanned
    if session.revoked_at:
        return None
    ends_at = session.created_at + timedelta(days=business().session_days)
    if min(session.expires_at, ends_at) <= now:
        return None
    if (session.user_id, token.session_id) != (claims["user_id"], session.session_id):
        return None
    if token.retired_at and now - token.retired_at > GRACE:
        session.revoked_at = now
        revocations.announce()
        events.close_sockets(session_id=session.session_id)
        return None
    token.grace_used = token.retired_at is not None
    token.retired_at = token.retired_at or now
    session.expires_at = min(now + REFRESH_LIFE, ends_at)
    return _issue(user, session.session_id, ends_at)


def _issue(user: User, session_id: str, ends_at: datetime) -> TokenPair:
    """A pair of the session, of which neither outlives it."""
    jti, left = str(ULID()), ends_at - utcnow()
    access_life, refresh_life = min(ACCESS_LIFE, left), min(REFRESH_LIFE, left)
    token = {"jti": jti, "session_id": session_id, "expires_at": utcnow() + refresh_life}
    _NEW_TOKEN.run({**token, "grace_used": False})
    claims = {
        "mobile": mask_mobile(parts.vault.open(user.mobile, user.mobile_row)),
        "is_merchant": user.is_merchant,
        "sid": session_id,
    }
    renewal = {"sid": session_id, "jti": jti}
    return {
        "access_token": create_access_token(
            Subject(user.user_id, "access"), expires_delta=access_life, additional_claims=claims
        ),
        "refresh_token": create_refresh_token(
            Subject(user.user_id, "refresh"), expires_delta=refresh_life, additional_claims=renewal
        ),
        "expires_in": int(access_life.total_seconds()),
    }


@transactional
def revoke(user_id: int, session_id: str) -> None:
    """End a user's session: its access and refresh tokens die at once, its sockets close."""
    _end(user_id, AuthSession.session_id == session_id)
    events.close_sockets(session_id=session_id)


def revoke_all(user_id: int) -> None:
    """End every session of a user. Runs in the caller's transaction."""
    _end(user_id)
    events.close_sockets(user_id=user_id)


def _end(user_id: int, *which: Any) -> None:
    locks.reach(locks.Rank.SESSION, f"of user {user_id}")
    alive = (AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None))
    execute(update(AuthSession).where(*alive, *which).values(revoked_at=utcnow()))
    revocations.announce()
    freshness.changed(freshness.account(user_id))


def session_of_refresh_token(token: str) -> tuple[int, str] | None:
    """(user_id, session_id) a valid refresh token belongs to, else None."""
    claims = verify(token, "refresh")
    return (claims["user_id"], claims["sid"]) if claims else None
