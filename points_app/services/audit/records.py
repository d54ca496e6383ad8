"""The audit log as admins read it."""

from sqlalchemy import select

from points_app.models.audit import AuditEntry
from points_app.services.pages import Page, page_of_all
from points_app.wire import audit as wire


def listing(page: Page, target: str | None, actor_id: int | None) -> wire.AuditRecords:
    """Entries about `target` and by `actor_id`, newest first; None for all."""
    query = select(AuditEntry)
    if target is not None:
        query = query.where(AuditEntry.target == target)
    if actor_id is not None:
        query = query.where(AuditEntry.actor_id == actor_id)
    rows, listed = page_of_all(query, AuditEntry.id, page)
    return {"records": [wire.audit_record(entry) for entry, _ in rows], **listed}
