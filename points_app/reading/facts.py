"""Shop name, receipt number and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from points_app.reading.geometry import Box
from points_app.reading.lines import Line
from points_app.reading.money import plain


@dataclass(frozen=True, slots=True)
class Fact:
    """Something printed besides the amount; `confidence` is high, medium or low."""

    value: str
    confidence: str
    boxes: tuple[Box, ...]

    def to_json(self) -> dict[str, Any]:
        """JSON-safe."""
        boxes = [box.as_list() for box in self.boxes]
        return {"value": self.value, "confidence": self.confidence, "boxes": boxes}


_NUMBER = re.compile(
    r"(?:单号|流水号?|订单编?号|小票号|票号|交易号|编号|(?:invoice|receipt|bill|check|chk|order|trans)"
    r"\s?(?:no|num|number|#|id)?)\s?[.:;：#]*\s*(?P<number>[A-Z0-9][A-Z0-9/-]{3,})",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?P<y>20\d\d)\s?[-/.年·*]\s?(?P<m>\d{1,2})\s?[-/.月·*]\s?(?P<d>\d{1,2})")
_TIME = re.compile(r"(?P<h>[01]?\d|2[0-3])\s?[:;：]+\s?(?P<m>[0-5]\d)(?:\s?[:;：]+\s?(?P<s>[0-5]\d))?")


def receipt_number(lines: Sequence[Line]) -> Fact | None:
    """The number after 单号, Invoice No and the like."""
    for line in lines:
        found = _NUMBER.search(plain(line.text))
        if found and sum(each.isdigit() for each in found["number"]) >= 4:
            return Fact(found["number"], "medium", tuple(word.box for word in line.words))
    return None


def receipt_time(lines: Sequence[Line], today: date | None = None) -> Fact | None:
    """The first date, with the time of day printed on the same line if there is one."""
    for line in lines:
        text = plain(line.text)
        found = _DATE.search(text)
        if not found:
            continue
        try:
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            continue
        boxes = tuple(word.box for word in line.words)
        clock = _TIME.search(text, found.end())
        if clock is None:
            return Fact(day.isoformat(), "medium", boxes)
        moment = time(int(clock["h"]), int(clock["m"]), int(clock["s"] or 0))
        shown = moment.isoformat("seconds" if clock["s"] else "minutes")
        return Fact(f"{day.isoformat()}T{shown}", "high", boxes)
    return None


def merchant_name(lines: Sequence[Line]) -> Fact | None:
    """The largest print among the first lines."""
    first = [line for line in lines[:5] if sum(each.isalpha() for each in line.text) >= 3]
    if not first:
        return None
    name = max(first, key=lambda line: line.height)
    return Fact(name.text, "low", tuple(word.box for word in name.words))
