"""Business settings, and the record of who changed or decided what."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from points_app.models import AuditEntry
from points_app.wire.formats import iso
from points_app.wire.paging import Listed
from points_app.wire.values import one_of


class Setting(TypedDict):
    key: str
    """The setting's name."""
    value: Any
    """What is in force, of the kind that `type` says."""
    default: Any
    """What is in force while nobody sets it."""
    type: Annotated[str, one_of("int", "decimal", "string", "bool", "list")]
    """What kind of value it is; a decimal is a JSON number."""
    description: str
    """What it does, for people to read."""
    schema: dict[str, Any]
    """The JSON Schema of the values it takes."""
    is_public: bool
    """Whether guests may know it."""
    updated_at: str | None
    """When it was last set (UTC); null while it never was."""
    updated_by: int | None
    """The account number of who set it; null for the command line, and while it never was."""


class SettingList(TypedDict):
    settings: list[Setting]
    """All business settings."""
    version: str
    """Changes with every value; send it back with a change."""


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
