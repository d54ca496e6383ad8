"""What merchants and admins see of the shop."""

from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models import MerchantApplication
from points_app.wire.exchange import MerchantOrder
from points_app.wire.lottery import ClaimedPrize
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, iso_or_none


class Collected(TypedDict):
    """What a code stood for: `type` is order or prize, and the other one is null."""

    type: str
    order: MerchantOrder | None
    prize: ClaimedPrize | None


class ShopStatistics(TypedDict):
    pending_count: int
    today_approved: int
    today_rejected: int
    total_processed: int
    approval_rate: float
    avg_review_minutes: float
    points_awarded: int


class BatchResult(TypedDict):
    """`code` and `msg` as a single review would have been answered."""

    review_id: int
    status: str
    code: int
    msg: str


class BatchReviewed(TypedDict):
    success_count: int
    failed_count: int
    results: list[BatchResult]


class Applied(TypedDict):
    application_id: str
    status: str
    applied_at: str


class Application(Applied):
    """`contact_phone` is masked."""

    user_id: int
    business_name: str
    contact_person: str
    contact_phone: str
    business_license: str | None
    business_address: str | None
    reason: str | None
    decided_by: int | None
    decided_at: str | None
    decision_reason: str | None


class ApplicationDetail(Application):
    contact_phone_full: str


class Applications(TypedDict):
    applications: list[Application]
    pagination: Pagination


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
