"""Many receipts decided with one request, each on its own."""

import logging

from sqlalchemy.exc import DBAPIError

from points_app.database.errors import TryAgain
from points_app.errors.base import AppError, InvalidInput, ServiceUnavailable
from points_app.services.receipts import review
from points_app.wire import SUCCESS_CODE, SUCCESS_MESSAGE
from points_app.wire.receipts import batch_review as wire

log = logging.getLogger(__name__)


def decide(
    reviewer_id: int,
    review_ids: list[int],
    approve: bool,
    reason: str | None,
    as_admin: bool = False,
) -> wire.BatchReviewed:
    """Decide each receipt in a transaction of its own: one that is refused stops no other.

    `as_admin` as in review.decide. Raises InvalidInput for a rejection without a reason.
    """
    if not approve and not reason:
        raise InvalidInput.of("reason", "a rejection needs a reason")
    results = [_decide_one(reviewer_id, each, approve, reason, as_admin) for each in review_ids]
    succeeded = sum(result["status"] == "success" for result in results)
    return {
        "success_count": succeeded,
        "failed_count": len(results) - succeeded,
        "results": results,
    }


def _decide_one(
    reviewer_id: int, review_id: int, approve: bool, reason: str | None, as_admin: bool
) -> wire.BatchResult:
    try:
        review.decide(reviewer_id, review.Named(review_id), approve, None, reason, as_admin)
    except AppError as refusal:
        return _failed(review_id, refusal)
    except (DBAPIError, TryAgain) as error:
        log.error("review_failed", extra={"review_id": review_id, "error": type(error).__name__})
        return _failed(review_id, ServiceUnavailable())
    return {
        "review_id": review_id,
        "status": "success",
        "code": SUCCESS_CODE,
        "msg": SUCCESS_MESSAGE,
    }


def _failed(review_id: int, refusal: AppError) -> wire.BatchResult:
    return {
        "review_id": review_id,
        "status": "failed",
        "code": refusal.code,
        "msg": refusal.message,
    }
