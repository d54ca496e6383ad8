"""Receipts from the merchant's side: look at what waits, decide once."""

from typing import Any

from sqlalchemy import Select, func, select

from points_app import events
from points_app.db import db, transactional, utcnow
from points_app.errors import AlreadyReviewed, InvalidInput, ReviewUnknown
from points_app.extensions import parts
from points_app.models import Receipt, ReviewStatus, Source, User
from points_app.services import audit, locks, pictures, wallet, welcome
from points_app.services.idempotency import idempotent
from points_app.wire import receipts as wire
from points_app.wire.paging import Page, pagination
from points_app.wire.times import iso


def pending(
    merchant_id: int, page: Page, match_status: str | None, newest_first: bool
) -> wire.PendingReviews:
    """A page of undecided receipts; links to their pictures are for this merchant."""
    waiting = [Receipt.review_status == ReviewStatus.PENDING]
    if match_status:
        waiting.append(Receipt.match_status == match_status)
    total = db.session.scalar(select(func.count()).select_from(Receipt).where(*waiting)) or 0
    order = Receipt.review_id.desc() if newest_first else Receipt.review_id.asc()
    query = select(Receipt, User).join(User, User.user_id == Receipt.user_id).where(*waiting)
    rows = db.session.execute(query.order_by(order).limit(page.limit).offset(page.offset))
    return {
        "reviews": [
            wire.pending_review(receipt, user, pictures.link(receipt, merchant_id), parts.vault)
            for receipt, user in rows
        ],
        "pagination": pagination(page, total),
    }


def named(review_id: int | None, upload_id: str | None) -> Select[tuple[Receipt]]:
    """The receipt a request names by either id. Raises InvalidInput without one."""
    if review_id is not None:
        return select(Receipt).where(Receipt.review_id == review_id)
    if upload_id is not None:
        return select(Receipt).where(Receipt.upload_id == upload_id)
    raise InvalidInput.of("review_id", "review_id or upload_id is required")


@transactional
@idempotent
def decide(
    reviewer_id: int,
    which: Select[tuple[Receipt]],
    approve: bool,
    points: int | None = None,
    reason: str | None = None,
) -> wire.Decision:
    """Approve a receipt, which pays its points once, or reject it. Whoever is first decides.

    Locks the receipt, then the guest's wallet. `points` replaces the proposal. Raises
    ReviewUnknown, AlreadyReviewed, InvalidInput.
    """
    if not approve and not reason:
        raise InvalidInput.of("reason", "a rejection needs a reason")
    receipt = locks.document(which, "receipt")
    if receipt is None:
        raise ReviewUnknown
    if receipt.review_status != ReviewStatus.PENDING:
        raise AlreadyReviewed(status=receipt.review_status)
    receipt.reviewer_id = reviewer_id
    receipt.review_time = utcnow()
    receipt.review_reason = reason
    if approve:
        _approve(receipt, receipt.points_awarded if points is None else points)
    else:
        receipt.review_status = ReviewStatus.REJECTED
        receipt.points_awarded = 0
        receipt.claimed_sha256 = receipt.claimed_pixel_sha256 = None  # may be sent again
    db.session.flush()
    audit.record(reviewer_id, "review.decide", receipt.upload_id, _account(receipt))
    events.review_result(receipt.user_id, _notice(receipt))
    return wire.decision(receipt)


def _approve(receipt: Receipt, points: int) -> None:
    receipt.review_status = ReviewStatus.APPROVED
    receipt.points_awarded = points
    db.session.flush()
    if points:
        entry = wallet.Entry(points, Source.PHOTO_UPLOAD, receipt.upload_id, "小票审核通过")
        wallet.book(receipt.user_id, entry)
    welcome.release(receipt.user_id)


def _account(receipt: Receipt) -> dict[str, Any]:
    return {
        "status": receipt.review_status,
        "points": receipt.points_awarded,
        "reason": receipt.review_reason,
    }


def _notice(receipt: Receipt) -> dict[str, Any]:
    assert receipt.review_time is not None
    return {
        "upload_id": receipt.upload_id,
        "status": receipt.review_status,
        "points_awarded": receipt.points_awarded,
        "review_reason": receipt.review_reason,
        "timestamp": iso(receipt.review_time),
    }
