"""Who was shown personal data: an entry in the audit record for each view, before it is shown.

A list is one entry, however many rows it has. A screen that asks for its list again and again is
one view as long as nothing new is on it.
"""

import time
from collections.abc import Iterable
from typing import Any

from flask import current_app

from points_app.database.session import transactional
from points_app.services.audit import trail

SAME_VIEW_SECONDS = 600.0
MOST_REMEMBERED = 1000


@transactional
def record(actor_id: int, action: str, target: str, details: dict[str, Any]) -> None:
    """`actor_id` looks at `target`. Call it with what will be shown made already: a session's rows
    are forgotten here. When it cannot be recorded, this raises and nothing may be shown."""
    trail.record(actor_id, action, target, details)


def record_list(actor_id: int, action: str, target: str, ids: Iterable[int | str]) -> None:
    """`actor_id` looks at a list of these documents; as `record`. Nothing is recorded for none, and
    for what this process recorded for the same person within SAME_VIEW_SECONDS."""
    shown = list(ids)
    seen: dict[tuple[int, str], tuple[float, set[int | str]]]
    seen = current_app.extensions.setdefault("viewings", {})
    since, known = seen.get((actor_id, action), (0.0, set()))
    now = time.monotonic()
    if now - since > SAME_VIEW_SECONDS:
        since, known = now, set()
    if known.issuperset(shown):
        return
    record(actor_id, action, target, {"ids": shown})
    if len(seen) >= MOST_REMEMBERED:
        seen.clear()
    seen[actor_id, action] = since, known.union(shown)
