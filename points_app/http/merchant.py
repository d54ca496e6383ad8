"""What merchants do."""

from points_app.errors import AlreadyReviewed, ReviewUnknown
from points_app.http.api import Access, Area
from points_app.http.schemas import PendingQuery, ReviewRequest
from points_app.services import review
from points_app.services.sessions import Caller
from points_app.wire import receipts as wire

area = Area("merchant", "/api/merchant")


@area.endpoint("GET", "/pending-reviews", Access.MERCHANT, wire.PendingReviews, query=PendingQuery)
def pending_reviews(caller: Caller, query: PendingQuery) -> wire.PendingReviews:
    """Receipts that wait for a decision."""
    newest_first = query.sort == "newest"
    return review.pending(caller.user_id, query.slice, query.match_status, newest_first)


@area.endpoint(
    "POST",
    "/review",
    Access.MERCHANT,
    wire.Decision,
    body=ReviewRequest,
    raises=(ReviewUnknown, AlreadyReviewed),
    keyed=True,
)
def decide(caller: Caller, body: ReviewRequest) -> wire.Decision:
    """Approve or reject a receipt, once."""
    which = review.named(body.review_id, body.upload_id)
    approve = body.action == "approve"
    return review.decide(caller.user_id, which, approve, body.points, body.reason)
