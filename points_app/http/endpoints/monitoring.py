"""What clients report about themselves."""

from points_app.errors.operations import ErrorLogFailure, MetricsFailure
from points_app.http import limits
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.schemas.monitoring import ErrorReport, PerformanceReport
from points_app.services.accounts.authentication import Caller
from points_app.services.operations import client_reports

area = Area("monitoring", "/api/monitoring", failure=MetricsFailure)


@area.operation("POST", "/performance", Access.GUEST, body=PerformanceReport)
def performance(caller: Caller, body: PerformanceReport) -> None:
    """A client's figures."""
    client_reports.record_performance(caller.user_id, body.model_dump())


@area.operation(
    "POST",
    "/errors",
    Access.OPTIONAL,
    body=ErrorReport,
    limit=limits.ERROR_REPORTS,
    failure=ErrorLogFailure,
)
def errors(caller: Caller | None, body: ErrorReport) -> None:
    """An error a client saw; a token, when there is one, tells whose."""
    client_reports.record_error(caller.user_id if caller else None, body.model_dump())
