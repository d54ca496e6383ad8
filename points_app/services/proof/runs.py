"""Runs of the proof that are kept."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import insert, select

from points_app.database.session import execute, transactional
from points_app.models.points import ProofRun
from points_app.services.proof.verdicts import Proof

DAILY_AT = time(20, 10, tzinfo=UTC)
"""In UTC: before the shop's day begins in Asia/Shanghai."""


def is_due(now: datetime) -> bool:
    """Whether the whole books were not proved since the last DAILY_AT."""
    today = datetime.combine(now.astimezone(UTC), DAILY_AT)
    due_at = today if today <= now else today - timedelta(days=1)
    whole = (ProofRun.since.is_(None), ProofRun.started_at >= due_at)
    return execute(select(ProofRun.id).where(*whole).limit(1)).first() is None


@transactional
def keep(proof: Proof) -> None:
    """Keep what it found."""
    row = {
        "started_at": proof.started_at,
        "milliseconds": round(proof.seconds * 1000),
        "since": proof.since,
        "rows_checked": proof.rows,
        "offender_count": proof.offenders,
        "verdicts": [asdict(verdict) for verdict in proof.verdicts],
    }
    execute(insert(ProofRun), row)
