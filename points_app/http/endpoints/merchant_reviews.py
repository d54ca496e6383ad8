"""What merchants do."""

from points_app.errors.accounts import ApplicationPending
from points_app.errors.base import InvalidInput
from points_app.errors.receipts import AlreadyReviewed, ReviewerExcluded, ReviewUnknown
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.merchant_reviews import (
    ApplicationForm,
    BatchReview,
    PendingQuery,
    ReviewRequest,
    StatisticsQuery,
)
from points_app.services.accounts import applications
from points_app.services.accounts.authentication import Caller
from points_app.services.receipts import batch_review, review, review_queue, shop_statistics
from points_app.wire.accounts.applications import Applied
from points_app.wire.receipts.batch_review import BatchReviewed
from points_app.wire.receipts.review_records import Decision, ReviewRecord
from points_app.wire.receipts.reviews import PendingReviews
from points_app.wire.receipts.shop_statistics import ShopStatistics

area = Area("merchant", "/api/merchant")


@area.operation("GET", "/pending-reviews", Access.REVIEWER, PendingReviews, query=PendingQuery)
def pending_reviews(caller: Caller, query: PendingQuery) -> PendingReviews:
    """Receipts that wait for a decision."""
    oldest_first = query.sort == "oldest"
    return review_queue.pending(caller.user_id, query.slice, query.match_status, oldest_first)


@area.operation(
    "GET", "/reviews/<int:review_id>", Access.REVIEWER, ReviewRecord, raises=(ReviewUnknown,)
)
def review_record(caller: Caller, review_id: int) -> ReviewRecord:
    """All about one receipt: what was typed, read and decided, by whom and why."""
    return review_queue.record(caller.user_id, review_id)


@area.operation(
    "POST",
    "/review",
    Access.REVIEWER,
    Decision,
    body=ReviewRequest,
    raises=(ReviewUnknown, AlreadyReviewed, ReviewerExcluded),
    keyed=True,
)
def decide(caller: Caller, body: ReviewRequest) -> Decision:
    """Approve or reject a receipt, once."""
    which = review.Named(body.review_id, body.upload_id)
    approve, as_admin = body.action == "approve", not caller.is_merchant
    return review.decide(caller.user_id, which, approve, body.points, body.reason, as_admin)


@area.operation(
    "POST",
    "/batch-review",
    Access.REVIEWER,
    BatchReviewed,
    body=BatchReview,
    raises=(InvalidInput,),
)
def batch_decide(caller: Caller, body: BatchReview) -> BatchReviewed:
    """Decide up to 100 receipts, each on its own: one that is refused stops no other."""
    approve, as_admin = body.action == "approve", not caller.is_merchant
    return batch_review.decide(caller.user_id, body.review_ids, approve, body.reason, as_admin)


@area.operation(
    "GET",
    "/statistics",
    Access.MERCHANT,
    ShopStatistics,
    query=StatisticsQuery,
)
def statistics(query: StatisticsQuery) -> ShopStatistics:
    """The shop's reviews in numbers."""
    return shop_statistics.statistics(query.period)


@area.operation(
    "POST",
    "/apply",
    Access.GUEST,
    Applied,
    body=ApplicationForm,
    raises=(ApplicationPending,),
)
def apply(caller: Caller, body: ApplicationForm) -> Applied:
    """Ask to become a merchant; an admin decides."""
    return applications.apply(caller.user_id, **body.model_dump())


@area.operation(
    "POST",
    "/auth",
    Access.GUEST,
    Applied,
    body=ApplicationForm,
    raises=(ApplicationPending,),
)
def auth(caller: Caller, body: ApplicationForm) -> Applied:
    """The same as /apply, under the name older clients know."""
    return apply(caller, body)
