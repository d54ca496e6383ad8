"""The record of what merchants, admins and operators did. Rows are only ever added."""

from typing import Any

from sqlalchemy import insert

from points_app.db import execute, utcnow
from points_app.models import AuditEntry


def record(actor_id: int | None, action: str, target: str, details: dict[str, Any]) -> None:
    """Add an entry in the caller's transaction; `actor_id` None is the command line."""
    entry = {
        "actor_id": actor_id,
        "action": action,
        "target": target,
        "details": details,
        "created_at": utcnow(),
    }
    execute(insert(AuditEntry.__table__), entry)
