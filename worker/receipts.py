"""Tasks about receipts. A task looks up, checks state, calls one service."""

import logging

from points_app import jobs
from points_app.services.receipts import processing, quick_reading, storing
from worker.app import celery

log = logging.getLogger(__name__)


@celery.task(name=jobs.READ_RECEIPT)
def read(upload_id: str) -> None:
    """Store and read one receipt."""
    processing.process(upload_id)


@celery.task(name=jobs.READ_PICTURE)
def glance(request_id: str) -> None:
    """Read a picture that is not kept."""
    quick_reading.answer(request_id)


@celery.task(name=jobs.STORE_PICTURE)
def store(upload_id: str) -> None:
    """Move one picture to object storage."""
    storing.store(upload_id)


@celery.task(name=jobs.SWEEP_RECEIPTS)
def sweep() -> None:
    """Find receipts whose message was lost."""
    found = processing.sweep()
    if found:
        log.info("receipts_swept", extra={"found": found})
