"""Business settings, and the record of who changed or decided what."""

from typing import Any

from typing_extensions import TypedDict

from points_app.models import AuditEntry
from points_app.wire.paging import Pagination
from points_app.wire.times import iso


class Setting(TypedDict):
    """`schema` is the JSON Schema of the values a setting takes."""

    key: str
    value: Any
    default: Any
    type: str
    description: str
    schema: dict[str, Any]
    is_public: bool
    updated_at: str | None
    updated_by: int | None


class SettingList(TypedDict):
    """`version` changes with every value."""

    settings: list[Setting]
    version: str


class AuditRecord(TypedDict):
    id: int
    actor_id: int | None
    action: str
    target: str
    details: dict[str, Any]
    created_at: str


class AuditRecords(TypedDict):
    records: list[AuditRecord]
    pagination: Pagination


def audit_record(entry: AuditEntry) -> AuditRecord:
    return {
        "id": entry.id,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "target": entry.target,
        "details": entry.details,
        "created_at": iso(entry.created_at),
    }
