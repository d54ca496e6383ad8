"""Tasks that keep the house tidy."""

import logging

from points_app import jobs
from points_app.services.operations import figures, probe
from points_app.services.privacy import erasure, retention
from points_app.services.receipts import appeals
from worker.app import celery

log = logging.getLogger(__name__)


@celery.task(name=jobs.PURGE)
def purge() -> None:
    """Delete what is past its time."""
    log.info("purged", extra={"rows": retention.purge()})
    erasure.clear_remains()
    log.info("appeals_closed", extra={"appeals": appeals.close_stale()})


@celery.task(name=jobs.GATHER_FIGURES)
def gather_figures() -> None:
    """Leave the figures of the whole installation where every web process finds them."""
    figures.gather()


@celery.task(name=jobs.PROBE)
def answer_probe(mark: str) -> None:
    """Show `flask doctor` that work is done here."""
    probe.worked(mark)
