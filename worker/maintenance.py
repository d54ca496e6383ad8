"""Tasks that keep the house tidy."""

import logging

from points_app import jobs
from points_app.services import monitoring
from worker.app import celery

log = logging.getLogger(__name__)


@celery.task(name=jobs.PURGE)
def purge() -> None:
    """Delete what is past its time."""
    log.info("purged", extra={"rows": monitoring.purge()})
