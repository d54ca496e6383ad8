"""The shop's people: can every receipt be decided by somebody?"""

from collections.abc import Iterator

from sqlalchemy import func, select

from points_app.database.session import execute
from points_app.models.accounts import User
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.operations.doctor.finding import Finding, ok, warning
from points_app.services.receipts import reviewers
from points_app.services.settings.business import business

ADVICE = "let somebody else log in, and run: flask user grant PHONE merchant"


def people() -> Iterator[Finding]:
    """Own receipts, appeals and large sums need a second person."""
    merchants = reviewers.merchants()
    query = select(User.user_id).where(User.is_admin.is_(True), reviewers.ACTIVE)
    admins = frozenset(execute(query).scalars())
    if not merchants:
        yield warning("reviewers", "no merchant: nobody decides on receipts", ADVICE)
    elif len(merchants | admins) == 1:
        yield warning(
            "reviewers",
            "one person: nobody may decide their receipts, or appeals against them",
            ADVICE,
        )
    elif len(merchants) == 1:
        yield warning(
            "reviewers",
            "one merchant: their own receipts, appeals against them and second approvals wait for "
            "an admin (waits_for in pending-reviews)",
            ADVICE,
        )
    else:
        yield ok("reviewers", f"{len(merchants)} merchants, {len(admins)} admins")


def appeals() -> Iterator[Finding]:
    """Appeals that waited longer than the shop allows itself."""
    waiting = Receipt.review_status == ReviewStatus.PENDING.value
    late = Receipt.appealed_at < reviewers.appeals_until(1)
    count = execute(select(func.count()).where(waiting, late)).scalar_one()
    if count:
        yield warning(
            "appeals",
            f"{count} waited longer than {business().appeal_days} days",
            "an admin may decide them: pending-reviews shows them with waits_for = admin",
        )
    else:
        yield ok("appeals", "none waits too long")
