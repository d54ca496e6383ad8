"""Tasks that keep the ledger tamper-evident and proved."""

import logging

from points_app import jobs
from points_app.database.session import utcnow
from points_app.services import proof
from points_app.services.points import ledger_seals
from points_app.services.proof import runs
from points_app.services.proof.verdicts import Verdict
from worker.app import celery

log = logging.getLogger(__name__)


@celery.task(name=jobs.SEAL_LEDGER)
def seal() -> None:
    """Seal what was committed since the last time."""
    ledger_seals.seal_all()


# Acknowledged at once: it may outlast the visibility timeout, and a second run at the same time
# would prove nothing more.
@celery.task(name=jobs.PROVE_BOOKS, acks_late=False, soft_time_limit=3000, time_limit=3600)
def prove(if_due: bool = False) -> None:
    """Check the books; the result is kept for the metrics. With `if_due` once a day."""
    if if_due and not runs.is_due(utcnow()):
        return
    result = proof.prove(announce=_complain)
    log.info("books_proved", extra={"offenders": result.offenders, "rows": result.rows})


def _complain(verdict: Verdict) -> None:
    if verdict.offenders:
        log.error(
            "books_wrong",
            extra={"rule": verdict.rule, "offenders": verdict.offenders, "named": verdict.named},
        )
