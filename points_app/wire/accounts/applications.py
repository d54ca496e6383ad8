"""Applications to become a merchant."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models.accounts import ApplicationStatus, MerchantApplication
from points_app.wire.formats import iso, iso_or_none
from points_app.wire.paging import Listed
from points_app.wire.values import one_of


class Applied(TypedDict):
    application_id: str
    """The application's id."""
    status: Annotated[str, one_of(*ApplicationStatus)]
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
