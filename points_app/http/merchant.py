"""What merchants do."""

from points_app.errors import AlreadyReviewed, ReviewerExcluded, ReviewUnknown
from points_app.http.api import Access, Area
from points_app.http.schemas import PendingQuery, ReviewRequest
from points_app.services import review, review_desk
from points_app.services.sessions import Caller
from points_app.wire import receipts as wire

area = Area("merchant", "/api/merchant")


@area.endpoint("GET", "/pending-reviews", Access.MERCHANT, wire.PendingReviews, query=PendingQuery)
def pending_reviews(caller: Caller, query: PendingQuery) -> wire.PendingReviews:
    """Receipts that wait for a decision."""
    newest_first = query.sort == "newest"
    return review_desk.pending(caller.user_id, query.slice, query.match_status, newest_first)


@area.endpoint(
    "GET", "/reviews/<int:review_id>", Access.MERCHANT, wire.ReviewRecord, raises=(ReviewUnknown,)
)
def review_record(caller: Caller, review_id: int) -> wire.ReviewRecord:
    """All about one receipt: what was typed, read and decided, by whom and why."""
    return review_desk.record(caller.user_id, review_id)


@area.endpoint(
    "POST",
    "/review",
    Access.MERCHANT,
    wire.Decision,
    body=ReviewRequest,
    raises=(ReviewUnknown, AlreadyReviewed, ReviewerExcluded),
    keyed=True,
)
def decide(caller: Caller, body: ReviewRequest) -> wire.Decision:
    """Approve or reject a receipt, once."""
    which = review.named(body.review_id, body.upload_id)
    approve = body.action == "approve"
    return review.decide(caller.user_id, which, approve, body.points, body.reason)
