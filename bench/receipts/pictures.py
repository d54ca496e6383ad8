"""Pictures with known totals: any folder that holds a labels.json."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from pathlib import Path


@dataclass(frozen=True)
class Labelled:
    """A picture and the truth about it. `total` None means that nothing was paid by it."""

    path: Path
    set: str
    total: Decimal | None
    facts: dict[str, str]
    same_as: str | None
    kind: str | None
    series: str | None


def load(folder: Path, by: str | None) -> list[Labelled]:
    """The pictures that `folder`/labels.json names and that are there, in its order.

    A label is the total, or an object with total and, where known, date, time, order_no, merchant,
    same_as (the picture of the same slip), kind (of document) and series (drawn by one template).
    Sets are told apart by the words that the names begin with, or by the label's field `by`.
    Raises FileNotFoundError, ValueError.
    """
    labels = json.loads((folder / "labels.json").read_text())
    there = {name: label for name, label in labels.items() if (folder / name).exists()}
    return [_labelled(folder, name, label, by) for name, label in there.items()]


def _labelled(folder: Path, name: str, label: str | dict[str, str], by: str | None) -> Labelled:
    facts = label if isinstance(label, dict) else {"total": label}
    total = facts.get("total", "")
    words = takewhile(str.isalpha, re.split(r"[_-]", Path(name).stem))
    of_set = str(facts.get(by, "-")) if by else "_".join(words) or folder.name
    kept = {field: facts.get(field, "") for field in ("date", "time", "order_no", "merchant")}
    return Labelled(
        folder / name,
        of_set,
        Decimal(total) if total else None,
        kept,
        *(facts.get(field) for field in ("same_as", "kind", "series")),
    )
