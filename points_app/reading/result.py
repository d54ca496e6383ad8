"""What a reading hands over, and its form for storage."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from points_app.reading.amounts import Candidate
from points_app.reading.checks import Check
from points_app.reading.confidence import Confidence
from points_app.reading.facts import Fact
from points_app.reading.geometry import Box
from points_app.reading.kinds import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a picture.

    Boxes are in pixels of the JPEG that was given. `candidates` come best first, the first is
    `amount`; `is_receipt` says that sums were found at all, `document` what paper they stand on;
    `lines` is the text as read; `engine` names the engine and the models used.
    `second_opinion` is the raw answer of a remote reader, where one was asked.
    """

    is_receipt: bool
    document: Document
    amount: Decimal | None
    amount_confidence: Confidence | None
    merchant_name: Fact | None
    receipt_number: Fact | None
    receipt_time: Fact | None
    candidates: tuple[Candidate, ...]
    checks: tuple[Check, ...]
    lines: tuple[str, ...]
    engine: str
    seconds: float
    second_opinion: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-safe: sums as strings, boxes as [left, top, right, bottom] in whole pixels."""
        return _plain(asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == Box.__dataclass_fields__.keys():
            return [round(edge) for edge in value.values()]
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    return round(value, 3) if isinstance(value, float) else value
