"""Receipts from the merchant's side: decide once, or with a second merchant above a limit."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from points_app.database.session import db, utcnow
from points_app.errors.accounts import NotMerchant
from points_app.errors.base import InvalidInput
from points_app.errors.receipts import AlreadyReviewed, ReviewerExcluded, ReviewUnknown
from points_app.models.points import Source
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.notices import events
from points_app.services import locks
from points_app.services.accounts import welcome
from points_app.services.audit import trail
from points_app.services.idempotency import keyed_transaction
from points_app.services.points import wallet
from points_app.services.receipts import auto_review, reviewers
from points_app.services.settings.business import business
from points_app.wire.formats import number_or_none
from points_app.wire.receipts import review_records as wire


class Named(NamedTuple):
    """A receipt by its review's number, or by its upload's id."""

    review_id: int | None = None
    upload_id: str | None = None


@keyed_transaction
def decide(
    reviewer_id: int,
    which: Named,
    approve: bool,
    points: int | None = None,
    reason: str | None = None,
    as_admin: bool = False,
) -> wire.Decision:
    """Approve a receipt, which pays its points once, or reject it. Whoever is first decides.

    Locks the receipt, then the guest's wallet. `points` replaces the proposal. An approval of more
    than `two_person_points` leaves the receipt pending until a second merchant approves the same
    points, as long as the first one still is a merchant. `as_admin`: somebody who is no merchant
    decides what waits for an admin. Raises ReviewUnknown, AlreadyReviewed, NotMerchant,
    ReviewerExcluded, InvalidInput.
    """
    if not approve and not reason:
        raise InvalidInput.of("reason", "a rejection needs a reason")
    receipt = _locked(which)
    if receipt.review_status != ReviewStatus.PENDING:
        raise AlreadyReviewed(status=receipt.review_status)
    _drop_lapsed_approval(receipt)
    if as_admin and not _waits_for_admin(receipt):
        raise NotMerchant
    _check_reviewer(receipt, reviewer_id, approve)
    points = _points(receipt, points) if approve else 0
    if approve and _needs_another(receipt, points):
        return _first_approval(receipt, reviewer_id, points, reason)
    auto_review.note_decision(receipt, approve, points)
    _close(receipt, reviewer_id, approve, points, reason)
    return wire.decision(receipt)


def _locked(which: Named) -> Receipt:
    """The receipt a request names by either id. Raises InvalidInput without one, ReviewUnknown."""
    if which.review_id is not None:
        named = Receipt.review_id == which.review_id
    elif which.upload_id is not None:
        named = Receipt.upload_id == which.upload_id
    else:
        raise InvalidInput.of("review_id", "review_id or upload_id is required")
    receipt = locks.document(select(Receipt).where(named))
    if receipt is None:
        raise ReviewUnknown
    return receipt


def _points(receipt: Receipt, given: int | None) -> int:
    """What is paid: the proposal, or what the merchant gives, up to `max_points_award`. The
    proposal itself may always be sent back, also when the setting was lowered since. Raises
    InvalidInput."""
    if given is None:
        return receipt.points_awarded
    most = max(business().max_points_award, receipt.points_awarded)
    if given > most:
        raise InvalidInput.of("points", f"must be at most {most}")
    return given


def approve_automatically(receipt: Receipt) -> None:
    """Approve a locked, pending receipt in the caller's transaction; locks the guest's wallet."""
    _close(receipt, None, True, receipt.points_awarded, auto_review.REASON)


def close_unpaid(receipt: Receipt, reason: str) -> None:
    """Reject a locked, pending receipt without a person, in the caller's transaction: nobody can
    decide it any more. Its picture may be handed in again."""
    _close(receipt, None, False, 0, reason)


def _drop_lapsed_approval(receipt: Receipt) -> None:
    """A first approval counts while whoever gave it could give it again."""
    first = receipt.first_approver_id
    if first is None:
        return
    locks.users({first, receipt.user_id})  # together: the guest's wallet is locked later anyway
    if first not in reviewers.still_in_office([first]):
        receipt.first_approver_id = None
        db.session.flush()
        trail.record(first, "review.approval_lapsed", receipt.upload_id, {})


def _waits_for_admin(receipt: Receipt) -> bool:
    first = receipt.first_approver_id
    return reviewers.waits_for(receipt, reviewers.merchants(), first) == "admin"


def _check_reviewer(receipt: Receipt, reviewer_id: int, approve: bool) -> None:
    """Nobody reviews their own receipt, approves twice, or decides an appeal against themselves.

    Who rejected may still be the second to approve: then two merchants agree all the same.
    """
    if reviewer_id == receipt.user_id:
        raise ReviewerExcluded(reason="own_receipt")
    if approve and reviewer_id == receipt.first_approver_id:
        raise ReviewerExcluded(reason="second_merchant_needed")
    appealed = receipt.appealed_at is not None and reviewer_id == receipt.reviewer_id
    if appealed and not (approve and receipt.first_approver_id):
        raise ReviewerExcluded(reason="own_decision_appealed")


def _needs_another(receipt: Receipt, points: int) -> bool:
    limit = business().two_person_points
    confirmed = receipt.first_approver_id is not None and points == receipt.points_awarded
    return bool(limit) and points > limit and not confirmed


def _first_approval(
    receipt: Receipt, reviewer_id: int, points: int, reason: str | None
) -> wire.Decision:
    if points != receipt.points_awarded:
        auto_review.note_decision(receipt, True, points)  # while the proposal is still known
    receipt.first_approver_id, receipt.points_awarded = reviewer_id, points
    db.session.flush()
    account = {"status": "first_approval", "points": points, "reason": reason}
    trail.record(reviewer_id, "review.first_approval", receipt.upload_id, account)
    return wire.decision(receipt)


def _close(
    receipt: Receipt, reviewer_id: int | None, approve: bool, points: int, reason: str | None
) -> None:
    proposed = receipt.points_awarded
    receipt.review_status = ReviewStatus.APPROVED if approve else ReviewStatus.REJECTED
    receipt.reviewer_id, receipt.review_time = reviewer_id, utcnow()
    receipt.review_reason, receipt.points_awarded = reason, points
    if not approve:
        receipt.claimed_sha256 = receipt.claimed_pixel_sha256 = None  # may be sent again
    db.session.flush()
    if points:
        entry = wallet.Entry(points, Source.PHOTO_UPLOAD, receipt.upload_id, "小票审核通过")
        wallet.book(receipt.user_id, entry)
    if approve:
        welcome.release(receipt.user_id)
    trail.record(reviewer_id, "review.decide", receipt.upload_id, _account(receipt, proposed))
    events.review_result(receipt)


def _account(receipt: Receipt, proposed: int) -> dict[str, Any]:
    """The decision and what it was based on, as it was then: later readings do not change it."""
    assert receipt.review_time is not None
    return {
        "status": receipt.review_status,
        "points": receipt.points_awarded,
        "points_proposed": proposed,
        "reason": receipt.review_reason,
        "input_amount": number_or_none(receipt.input_amount),
        "recognized_amount": number_or_none(receipt.recognized_amount),
        "confidence": receipt.confidence,
        "flags": receipt.flags,
        "rules": receipt.rules,
        "seconds": round((receipt.review_time - _waiting_since(receipt)).total_seconds()),
    }


def _waiting_since(receipt: Receipt) -> datetime:
    return receipt.appealed_at or receipt.upload_time
