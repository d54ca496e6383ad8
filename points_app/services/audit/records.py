"""The audit log as admins read it."""

from sqlalchemy import select

from points_app.models.audit import AuditEntry
from points_app.services.pages import page_of_all
from points_app.wire import audit as wire
from points_app.wire.paging import Page

ENTRIES = AuditEntry.__table__


def listing(page: Page, target: str | None, actor_id: int | None) -> wire.AuditRecords:
    """Entries about `target` and by `actor_id`, newest first; None for all."""
    query = select(ENTRIES)
    if target is not None:
        query = query.where(ENTRIES.c.target == target)
    if actor_id is not None:
        query = query.where(ENTRIES.c.actor_id == actor_id)
    rows, listed = page_of_all(query, ENTRIES.c.id, page)
    return {"records": [wire.audit_record(row) for row in rows], **listed}
