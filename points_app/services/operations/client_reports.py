"""What clients report about themselves: figures and errors."""

from typing import Any

from sqlalchemy import insert

from points_app.database.session import execute, transactional, utcnow
from points_app.models.operations import ErrorLog, PerformanceMetric

MAX_MESSAGE = 2048
MAX_STACK = 16 * 1024


@transactional
def record_performance(user_id: int, figures: dict[str, Any]) -> None:
    """Keep one report of a client's figures (columns of PerformanceMetric)."""
    row = {**figures, "user_id": user_id, "created_at": utcnow()}
    execute(insert(PerformanceMetric), row)


@transactional
def record_error(user_id: int | None, report: dict[str, Any]) -> None:
    """Keep one error a client saw; an overlong message or stack is cut, not refused."""
    stack = report.get("stack")
    row = {
        **report,
        "user_id": user_id,
        "message": report["message"][:MAX_MESSAGE],
        "stack": stack and stack[:MAX_STACK],
        "created_at": utcnow(),
    }
    execute(insert(ErrorLog), row)
