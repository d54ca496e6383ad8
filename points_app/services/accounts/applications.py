"""Who wants to become a merchant, and what an admin says to it."""

from typing import Any

from sqlalchemy import select, update

from points_app import freshness
from points_app.codes import new_id
from points_app.database.errors import on_duplicate
from points_app.database.session import db, execute, transactional, utcnow
from points_app.errors.accounts import ApplicationPending
from points_app.errors.receipts import AlreadyReviewed, ReviewUnknown
from points_app.extensions import parts
from points_app.models.accounts import ApplicationStatus, MerchantApplication, User
from points_app.services import locks
from points_app.services.audit import trail, viewings
from points_app.services.pages import Page, page_of_all
from points_app.wire.accounts import applications as wire


@transactional
def apply(user_id: int, contact_phone: str, **fields: Any) -> wire.Applied:
    """Ask to become a merchant; an admin decides.

    Locks the user. Raises ApplicationPending while one is undecided (UNIQUE `pending_user_id` lets
    one of two at once in), and for a merchant; UserGone.
    """
    locks.account(user_id)
    user = db.session.get_one(User, user_id, populate_existing=True)
    if user.is_merchant:
        raise ApplicationPending
    application = MerchantApplication(
        application_id=new_id("MA"), user_id=user_id, pending_user_id=user_id, **fields
    )
    application.contact_phone = parts.vault.seal(contact_phone, application.phone_row)
    db.session.add(application)
    with on_duplicate(ApplicationPending):
        db.session.flush()
    return wire.applied(application)


def listing(admin_id: int, page: Page, status: str | None) -> wire.Applications:
    """Applications, newest first; phone numbers masked, and that somebody looked recorded."""
    query = select(MerchantApplication)
    if status:
        query = query.where(MerchantApplication.status == status)
    rows, listed = page_of_all(query, MerchantApplication.id, page)
    found = [wire.application(each, parts.vault) for each, _ in rows]
    shown = [each["application_id"] for each in found]
    viewings.record_list(admin_id, "application.list", "applications", shown)
    return {"applications": found, **listed}


@transactional
def reveal(admin_id: int, application_id: str) -> wire.ApplicationDetail:
    """One application with the whole phone number, so that the admin can call; audited.

    Raises ReviewUnknown.
    """
    application = db.session.scalar(_named(application_id))
    if application is None:
        raise ReviewUnknown
    trail.record(admin_id, "application.view", f"application:{application_id}", {})
    phone = parts.vault.open(application.contact_phone, application.phone_row)
    return {**wire.application(application, parts.vault), "contact_phone_full": phone}


@transactional
def decide(
    admin_id: int, application_id: str, approve: bool, reason: str | None
) -> wire.Application:
    """Approve, which makes the applicant a merchant with the next request, or reject; once.

    Locks the application, then the user. Raises ReviewUnknown, AlreadyReviewed.
    """
    application = locks.document(_named(application_id))
    if application is None:
        raise ReviewUnknown
    if application.status != ApplicationStatus.PENDING:
        raise AlreadyReviewed(status=application.status)
    close(application, admin_id, approve, reason)
    if approve:
        _make_merchant(application.user_id)
    return wire.application(application, parts.vault)


def close(
    application: MerchantApplication, admin_id: int | None, approve: bool, reason: str | None
) -> None:
    """Write the decision on a locked, pending application in the caller's transaction; `admin_id`
    None is the service itself."""
    application.status = ApplicationStatus.APPROVED if approve else ApplicationStatus.REJECTED
    application.pending_user_id = None
    application.decided_by, application.decided_at = admin_id, utcnow()
    application.decision_reason = reason
    db.session.flush()
    details = {"status": application.status, "user_id": application.user_id, "reason": reason}
    target = f"application:{application.application_id}"
    trail.record(admin_id, "application.decide", target, details)


def _named(application_id: str) -> Any:
    return select(MerchantApplication).where(MerchantApplication.application_id == application_id)


def _make_merchant(user_id: int) -> None:
    locks.account(user_id)
    row = update(User).where(User.user_id == user_id)
    execute(row.values(is_merchant=True, updated_at=utcnow()))
    freshness.changed(freshness.account(user_id))
