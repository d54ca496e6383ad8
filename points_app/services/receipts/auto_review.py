"""Approval without a person: off unless the shop switches it on, and then watched by a sample.

Of the receipts that the rule would approve a random share still goes to a person, who is not told.
How often that person decides otherwise is the rule's error rate.
"""

import secrets

from sqlalchemy import func, select

from points_app.database.session import execute
from points_app.models.receipts import AutoReview, Receipt, ReviewStatus
from points_app.services.receipts import screening
from points_app.services.receipts.review_flags import suspicions
from points_app.services.settings.business import business

REASON = "自动审核通过"


def verdict(receipt: Receipt) -> AutoReview | None:
    """APPROVED or SAMPLED for a receipt that needs no person, None for one that does.

    Needed are a high confidence, a paper that is surely a receipt, the same amount typed and read,
    no suspicion, no rule failed or left unjudged, and no more points than one person may approve.
    Never for an appeal.
    """
    settings = business()
    limit = settings.two_person_points
    within = not limit or receipt.points_awarded <= limit
    clean = not suspicions(receipt.flags) and screening.all_passed(receipt.rules)
    sure = receipt.confidence == "high" and clean
    untouched = receipt.review_status == ReviewStatus.PENDING and receipt.appealed_at is None
    if not (settings.auto_approve and sure and within and untouched):
        return None
    sampled = secrets.randbelow(100) < settings.auto_approve_sample_percent
    return AutoReview.SAMPLED if sampled else AutoReview.APPROVED


def note_decision(receipt: Receipt, approve: bool, points: int) -> None:
    """Compare a person's decision on a sampled receipt with what the rule proposed."""
    if receipt.auto_review == AutoReview.SAMPLED:
        agreed = approve and points == receipt.points_awarded
        receipt.auto_review = AutoReview.AGREED if agreed else AutoReview.OVERRULED


def error_rate() -> float | None:
    """The share of decided samples in which a person decided otherwise; None before the first.

    Reads an index of decided samples only.
    """
    decided = (AutoReview.AGREED, AutoReview.OVERRULED)
    query = select(Receipt.auto_review, func.count()).group_by(Receipt.auto_review)
    counts: dict[str, int] = dict(execute(query.where(Receipt.auto_review.in_(decided))).all())
    total = sum(counts.values())
    return counts.get(AutoReview.OVERRULED, 0) / total if total else None
