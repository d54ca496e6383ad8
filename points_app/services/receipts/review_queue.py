"""What a merchant sees of receipts: those that wait, and everything about one of them."""

from collections.abc import Sequence

from sqlalchemy import Row, select

from points_app.database.session import db, execute
from points_app.errors.receipts import ReviewUnknown
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.audit import AuditEntry
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.audit import viewings
from points_app.services.pages import Page, page_of
from points_app.services.receipts import pictures, review_flags, reviewers, screening
from points_app.wire.receipts import review_records
from points_app.wire.receipts import reviews as wire

VIEW = "receipt.view"


def pending(
    merchant_id: int, page: Page, match_status: str | None, oldest_first: bool
) -> wire.PendingReviews:
    """A page of undecided receipts; links to their pictures are for this merchant, and whose were
    shown is recorded."""
    waiting = [Receipt.review_status == ReviewStatus.PENDING]
    if match_status:
        waiting.append(Receipt.match_status == match_status)
    query = select(Receipt, User).join(User, User.user_id == Receipt.user_id).where(*waiting)
    rows, listed = page_of(query, Receipt.review_id, page, oldest_first=oldest_first)
    around = _around(merchant_id, [receipt for receipt, _, _ in rows])
    reviews = [
        wire.pending_review(receipt, user, around[receipt.upload_id], parts.vault)
        for receipt, user, _ in rows
    ]
    shown = [review["upload_id"] for review in reviews]
    viewings.record_list(merchant_id, "receipt.list", "receipts", shown)
    return {"reviews": reviews, **listed}


def record(merchant_id: int, review_id: int) -> review_records.ReviewRecord:
    """One receipt, decided or not, with its history; that somebody looked is recorded.

    Raises ReviewUnknown.
    """
    query = select(Receipt, User).join(User, User.user_id == Receipt.user_id)
    found = db.session.execute(query.where(Receipt.review_id == review_id)).one_or_none()
    if found is None:
        raise ReviewUnknown
    receipt, user = found
    around = _around(merchant_id, [receipt])[receipt.upload_id]
    seen = wire.pending_review(receipt, user, around, parts.vault)
    shown = review_records.review_record(receipt, seen, _history(receipt))
    viewings.record(merchant_id, VIEW, shown["upload_id"], {})
    return shown


def _history(receipt: Receipt) -> Sequence[Row[AuditEntry]]:
    about = (AuditEntry.action, AuditEntry.actor_id, AuditEntry.details, AuditEntry.created_at)
    mine = (AuditEntry.target == receipt.upload_id, AuditEntry.action != VIEW)
    return execute(select(*about).where(*mine).order_by(AuditEntry.id)).all()


def _around(merchant_id: int, receipts: Sequence[Receipt]) -> dict[str, wire.Around]:
    """By upload id what a merchant sees beside each receipt: pictures, flags as they are now, and
    whom it waits for."""
    merchants, known = reviewers.merchants(), _with_others(receipts)
    counting = reviewers.still_in_office(receipt.first_approver_id for receipt in receipts)

    def link(upload_id: str) -> str | None:
        shown = known.get(upload_id)
        return pictures.link(shown, merchant_id) if shown else None

    def around(receipt: Receipt) -> wire.Around:
        flags = review_flags.refreshed(receipt, known)
        if receipt.review_status != ReviewStatus.PENDING:
            return wire.Around(link, None, flags, receipt.rules)
        first = receipt.first_approver_id if receipt.first_approver_id in counting else None
        waits_for = reviewers.waits_for(receipt, merchants, first)
        return wire.Around(link, waits_for, flags, screening.with_flags(receipt.rules, flags))

    return {receipt.upload_id: around(receipt) for receipt in receipts}


def _with_others(receipts: Sequence[Receipt]) -> dict[str, Receipt]:
    """The receipts and those their flags point at, by upload id."""
    known = {receipt.upload_id: receipt for receipt in receipts}
    others = {flag["upload_id"] for receipt in receipts for flag in receipt.flags} - {None, *known}
    if others:
        query = select(Receipt).where(Receipt.upload_id.in_(others))
        known |= {other.upload_id: other for other in db.session.scalars(query)}
    return known
