"""What merchants and admins see of the shop."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models import MerchantApplication
from points_app.wire.exchange.orders import MerchantOrder
from points_app.wire.formats import iso, iso_or_none
from points_app.wire.lottery.draws import ClaimedPrize
from points_app.wire.paging import Listed
from points_app.wire.values import one_of


class Collected(TypedDict):
    """What a code stood for."""

    type: Annotated[str, one_of("order", "prize")]
    """What was handed over."""
    order: MerchantOrder | None
    """The order, now completed; null for a prize."""
    prize: ClaimedPrize | None
    """The prize, now claimed; null for an order."""


class ShopStatistics(TypedDict):
    pending_count: int
    """Receipts that wait for a decision now."""
    today_approved: int
    """Receipts approved since the shop's midnight."""
    today_rejected: int
    """Receipts rejected since the shop's midnight."""
    total_processed: int
    """Receipts decided in the period."""
    approval_rate: float
    """The share of them that was approved, from 0 to 1; 0 without any."""
    avg_review_minutes: float
    """Minutes from the upload to the decision on average; 0 without any."""
    points_awarded: int
    """Points paid for receipts approved in the period."""


class BatchResult(TypedDict):
    review_id: int
    """Which receipt."""
    status: Annotated[str, one_of("success", "failed")]
    """Whether it was decided."""
    code: int
    """What a review of it alone would have been answered with; 0 is success."""
    msg: str
    """The text of that code."""


class BatchReviewed(TypedDict):
    success_count: int
    """Receipts that were decided."""
    failed_count: int
    """Receipts that were refused."""
    results: list[BatchResult]
    """One for each of `review_ids`, in their order."""


class Applied(TypedDict):
    application_id: str
    """The application's id."""
    status: Annotated[str, one_of("pending", "approved", "rejected")]
    """What an admin decided; pending until then."""
    applied_at: str
    """When it was sent (UTC)."""


class Application(Applied):
    user_id: int
    """The applicant's account number."""
    business_name: str
    """The business, as the applicant calls it."""
    contact_person: str
    """Whom to ask for."""
    contact_phone: str
    """The last four digits of the number to call."""
    business_license: str | None
    """The licence's number; null when none was told."""
    business_address: str | None
    """Where the business is; null when it was not told."""
    reason: str | None
    """Why the applicant asks; null when it was not told."""
    decided_by: int | None
    """The admin's account number; null until decided, and where the service itself closed it."""
    decided_at: str | None
    """When it was decided (UTC); null until then."""
    decision_reason: str | None
    """The admin's reason; null until decided, and without one."""


class ApplicationDetail(Application):
    contact_phone_full: str
    """The whole number to call."""


class Applications(Listed):
    applications: list[Application]
    """The applications of this page, newest first."""


def applied(application: MerchantApplication) -> Applied:
    return {
        "application_id": application.application_id,
        "status": application.status,
        "applied_at": iso(application.applied_at),
    }


def application(row: MerchantApplication, vault: Vault) -> Application:
    return {
        **applied(row),
        "user_id": row.user_id,
        "business_name": row.business_name,
        "contact_person": row.contact_person,
        "contact_phone": "****" + vault.open(row.contact_phone, row.phone_row)[-4:],
        "business_license": row.business_license,
        "business_address": row.business_address,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "decided_at": iso_or_none(row.decided_at),
        "decision_reason": row.decision_reason,
    }
