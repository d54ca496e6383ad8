"""The entries an auditor asks for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from points_app.database.rows import AnyRow
from points_app.database.session import execute
from points_app.models.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries, newest first; None filters nothing. `action` may be a beginning ("user.")."""

    actor_id: int | None = None
    action: str | None = None
    target: str | None = None
    since: datetime | None = None
    limit: int = 50


def find(wanted: Wanted) -> list[AnyRow]:
    """The entries an auditor asks for."""
    query = select(AuditEntry)
    if wanted.actor_id is not None:
        query = query.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.action is not None:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.target is not None:
        query = query.where(AuditEntry.target == wanted.target)
    if wanted.since is not None:
        query = query.where(AuditEntry.created_at >= wanted.since)
    return list(execute(query.order_by(AuditEntry.id.desc()).limit(wanted.limit)))
