"""Login by phone and SMS code."""

import re
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from points_app.clients.sms import SmsError
from points_app.crypto import same
from points_app.db import TryAgain, db, execute, is_duplicate, transactional, utcnow
from points_app.errors import (
    AccountBanned,
    CodeInvalid,
    CodeNotSent,
    CodeTooSoon,
    PhoneInvalid,
    UserGone,
)
from points_app.extensions import parts
from points_app.models import SmsCode, User, UserStatus
from points_app.services import sessions, welcome
from points_app.services.welcome import Origin
from points_app.statements import Write
from points_app.wire.accounts import CodeSent, LoginAnswer, user_info

CODE_LIFE = timedelta(seconds=300)
RESEND_AFTER = timedelta(seconds=60)
CODES_A_DAY = 10
"""In any 24 hours, not from midnight to midnight: with TRIES it bounds the guesses at a phone."""
A_DAY = timedelta(days=1)
TRIES = 5
PHONE = re.compile(r"1[3-9][0-9]{9}")
# Made once: building them took a fifth of a login.
_BY_PHONE = (
    select(User)
    .where(User.mobile_hash.in_(bindparam("indexes", expanding=True)))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_USERS = User.__table__
_ENTERED = Write(
    update(_USERS)
    .where(_USERS.c.user_id == bindparam("whose"))
    .values(last_login=bindparam("now"), updated_at=bindparam("now"))
)


def send_code(phone: str) -> CodeSent:
    """Send a new login code; an earlier one stops working.

    Known and unknown numbers take the same path. Raises CodeTooSoon (retry_after) and CodeNotSent.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    _keep_code(phone, code)
    try:
        parts.sms.send_code(phone, code)
    except SmsError:
        _forget_code(phone)
        raise CodeNotSent from None
    return {
        "expire_time": int(CODE_LIFE.total_seconds()),
        "can_resend_after": int(RESEND_AFTER.total_seconds()),
    }


@transactional
def _keep_code(phone: str, code: str) -> None:
    """Lock the phone's row, check its limits, store the code's keyed hash."""
    now = utcnow()
    row = _code_row(phone)
    if row.sent_at and now - row.sent_at < RESEND_AFTER:
        waited = (row.sent_at + RESEND_AFTER - now).total_seconds()
        raise CodeTooSoon(retry_after=int(waited) + 1)
    day_ago = int((now - A_DAY).timestamp())
    recent = [moment for moment in row.sent_times if moment > day_ago]
    if len(recent) >= CODES_A_DAY:
        raise CodeTooSoon(retry_after=recent[-CODES_A_DAY] - day_ago)
    row.sent_times = [*recent, int(now.timestamp())]
    row.sent_at = now
    row.code_hash = parts.vault.blind_index(f"{phone}:{code}")
    row.tries_left = TRIES


def _code_row(phone: str) -> SmsCode:
    row = _locked_code(phone)
    if row is None:
        index = parts.vault.blind_index(phone)
        new = {"mobile_hash": index, "tries_left": 0, "sent_times": []}
        try:
            execute(insert(SmsCode.__table__), new)
        except IntegrityError as error:
            raise TryAgain if is_duplicate(error) else error from None
        row = _locked_code(phone)
    assert row is not None
    return row


def _locked_code(phone: str) -> SmsCode | None:
    """The phone's row under any known key: changing the key gives nobody ten more codes."""
    indexes = parts.vault.blind_indexes(phone)
    query = select(SmsCode).where(SmsCode.mobile_hash.in_(indexes)).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


@transactional
def _forget_code(phone: str) -> None:
    """The code never left: the guest may ask again at once (the day's count stays). `sent_at` stays
    too, by which the row is deleted one day."""
    row = _locked_code(phone)
    if row is not None:
        row.code_hash, row.sent_at = None, utcnow() - RESEND_AFTER


def login(phone: str, code: str, origin: Origin) -> LoginAnswer:
    """Exchange a code for a session; the first login creates the user with the welcome points.

    Raises CodeInvalid (the failed try counts) and AccountBanned.
    """
    answer = _enter(phone, code, origin)
    if answer is None:
        raise CodeInvalid
    return answer


@transactional
def _enter(phone: str, code: str, origin: Origin) -> LoginAnswer | None:
    """None for a refused code, so that the try it cost is committed."""
    if not _redeem_code(phone, code):
        return None
    user = find_or_create(phone, origin)
    if user.status == UserStatus.BANNED:
        raise AccountBanned
    _ENTERED.run({"whose": user.user_id, "now": (now := utcnow())})
    set_committed_value(user, "last_login", now)
    pair = sessions.open_session(user)
    return {**pair, "user_info": user_info(user, parts.vault)}


def _redeem_code(phone: str, code: str) -> bool:
    """Lock the phone's row; use up the code, or one of its tries."""
    if parts.settings.sms_accept_any_code:
        return True
    row = _locked_code(phone)
    if row is None or row.code_hash is None or row.sent_at is None or row.tries_left < 1:
        return False
    if utcnow() - row.sent_at >= CODE_LIFE:
        return False
    if not any(
        same(row.code_hash, guess) for guess in parts.vault.blind_indexes(f"{phone}:{code}")
    ):
        row.tries_left -= 1
        return False
    row.code_hash = None
    return True


def find_or_create(phone: str, origin: Origin = Origin()) -> User:  # noqa: B008 (frozen)
    """The account of this number, locked; made with the welcome points when there is none.

    Runs in the caller's transaction.
    """
    return _find_user(phone) or _create_user(phone, origin)


def user_id_of(phone: str) -> int:
    """Whose number it is. Raises PhoneInvalid and, when nobody logged in with it yet, UserGone."""
    indexes = parts.vault.blind_indexes(check_phone(phone))
    user_id = execute(select(User.user_id).where(User.mobile_hash.in_(indexes))).scalar()
    if user_id is None:
        raise UserGone
    return user_id


def _find_user(phone: str) -> User | None:
    return db.session.scalar(_BY_PHONE, {"indexes": parts.vault.blind_indexes(phone)})


def _create_user(phone: str, origin: Origin) -> User:
    """A new guest with the welcome points in the ledger. The UNIQUE phone hash lets one of two
    simultaneous first logins win; the other runs again and finds the user."""
    index = parts.vault.blind_index(phone)
    user = User(mobile_hash=index, nickname=f"用户{phone[-4:]}", total_points=0)
    user.mobile = parts.vault.seal(phone, user.mobile_row)
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise TryAgain if is_duplicate(error) else error from None
    welcome.greet(user.user_id, origin)
    db.session.refresh(user)
    return user


def check_phone(phone: str) -> str:
    """The number itself, if it is a mainland mobile one in ASCII digits. Raises PhoneInvalid."""
    if not PHONE.fullmatch(phone):
        raise PhoneInvalid
    return phone


def logout(caller: sessions.Caller, refresh_token: str | None) -> None:
    """End the caller's session and, when it is another of theirs, the refresh token's."""
    sessions.revoke(caller.user_id, caller.session_id)
    other = sessions.session_of_refresh_token(refresh_token) if refresh_token else None
    if other and other[0] == caller.user_id and other[1] != caller.session_id:
        sessions.revoke(*other)
