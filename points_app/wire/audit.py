"""The audit log."""

from typing import Any

from typing_extensions import TypedDict

from points_app.models.audit import AuditEntry
from points_app.wire.formats import iso
from points_app.wire.paging import Listed


class AuditRecord(TypedDict):
    id: int
    """The entry's number, rising with time."""
    actor_id: int | None
    """The account number of who did it; null for the command line and the service itself."""
    action: str
    """What was done, such as `product.change`."""
    target: str
    """What it was done to, such as `product:3`."""
    details: dict[str, Any]
    """More about it; which fields there are depends on `action`."""
    created_at: str
    """When it was done (UTC)."""


class AuditRecords(Listed):
    records: list[AuditRecord]
    """The entries of this page, newest first."""


def audit_record(entry: AuditEntry) -> AuditRecord:
    return {
        "id": entry.id,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "target": entry.target,
        "details": entry.details,
        "created_at": iso(entry.created_at),
    }
