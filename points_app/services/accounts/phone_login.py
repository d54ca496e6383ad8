"""Login by phone and SMS code."""

import logging
import re
import secrets

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value

from points_app import metrics
from points_app.clients.sms.base import SmsError
from points_app.database.errors import TryAgain, on_duplicate
from points_app.database.session import db, execute, transactional, utcnow
from points_app.database.statements import Write
from points_app.errors.accounts import (
    AccountBanned,
    CodeInvalid,
    CodeNotSent,
    PhoneInvalid,
    UserGone,
)
from points_app.extensions import parts
from points_app.models.accounts import User, UserStatus
from points_app.services import locks
from points_app.services.accounts import authentication, sessions, sms_codes, welcome
from points_app.services.accounts.sms_codes import CODE_LIFE, RESEND_AFTER
from points_app.services.accounts.welcome import Origin
from points_app.wire.accounts.tokens import CodeSent, LoginAnswer
from points_app.wire.accounts.users import user_info

log = logging.getLogger(__name__)

PHONE = re.compile(r"1[3-9][0-9]{9}")
_ENTERED = Write(
    update(User)
    .where(User.user_id == bindparam("whose"))
    .values(last_login=bindparam("now"), updated_at=bindparam("now"))
)


def send_code(phone: str, network: str | None) -> CodeSent:
    """Send a login code; `network` asks for it. The one sent before stays good for its own time.

    A code that may have left counts and works, whatever became of the vendor's answer; one that
    surely did not costs nothing. Known and unknown numbers take the same path. Raises CodeTooSoon
    (retry_after) and CodeNotSent.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    kept = sms_codes.keep(phone, code, network)
    try:
        parts.sms.send_code(phone, code)
    except SmsError as error:
        log.warning("sms_failed", extra={"error": str(error), "may_have_left": error.sent})
        metrics.CODES.labels("unclear" if error.sent else "failed").inc()
        if not error.sent:
            sms_codes.take_back(phone, kept)
            raise CodeNotSent from None
    else:
        metrics.CODES.labels("sent").inc()
    return {
        "expire_time": int(CODE_LIFE.total_seconds()),
        "can_resend_after": int(RESEND_AFTER.total_seconds()),
    }


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
    good = parts.settings.sms_accept_any_code or sms_codes.redeem(phone, code, origin.network)
    if not good:
        return None
    user = find_or_create(phone, origin)
    if user.status == UserStatus.BANNED:
        raise AccountBanned
    _ENTERED.run({"whose": user.user_id, "now": (now := utcnow())})
    set_committed_value(user, "last_login", now)
    pair = sessions.open_session(user)
    return {**pair, "user_info": user_info(user, parts.vault)}


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
    return locks.user_of_phone(parts.vault.blind_indexes(phone))


def _create_user(phone: str, origin: Origin) -> User:
    """A new guest with the welcome points in the ledger. The UNIQUE phone hash lets one of two
    simultaneous first logins win; the other runs again and finds the user."""
    index = parts.vault.blind_index(phone)
    user = User(mobile_hash=index, nickname=f"用户{phone[-4:]}", total_points=0)
    user.mobile = parts.vault.seal(phone, user.mobile_row)
    db.session.add(user)
    with on_duplicate(TryAgain):
        db.session.flush()
    welcome.greet(user.user_id, origin)
    db.session.refresh(user)
    return user


def check_phone(phone: str) -> str:
    """The number itself, if it is a mainland mobile one in ASCII digits. Raises PhoneInvalid."""
    if not PHONE.fullmatch(phone):
        raise PhoneInvalid
    return phone


def logout(caller: authentication.Caller, refresh_token: str | None) -> None:
    """End the caller's session and, when it is another of theirs, the refresh token's."""
    sessions.revoke(caller.user_id, caller.session_id)
    other = sessions.session_of_refresh_token(refresh_token) if refresh_token else None
    if other and other[0] == caller.user_id and other[1] != caller.session_id:
        sessions.revoke(*other)
