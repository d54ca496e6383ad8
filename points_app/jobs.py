"""The worker's tasks by name, and the one way to ask for them: after the commit."""

import logging

from kombu.exceptions import OperationalError
from structlog.contextvars import get_contextvars

from points_app.database.session import after_commit
from points_app.extensions import producer

log = logging.getLogger(__name__)

# How soon a worker takes a task: the lowest first, each has a list of its own at the broker.
# Receipts go before previews, and what one guest hands in by the dozen after everybody's first.
SOON, LATER, LAST = 0, 3, 6
LISTS = ("celery", *(f"celery\x06\x16{priority}" for priority in (LATER, LAST)))
"""The Redis keys of what waits, by priority, as the broker's client names them."""

READ_RECEIPT = "receipts.read"
READ_PICTURE = "receipts.glance"
STORE_PICTURE = "receipts.store"
SWEEP_RECEIPTS = "receipts.sweep"
PURGE = "maintenance.purge"
SEAL_LEDGER = "ledger.seal"
PROVE_BOOKS = "ledger.prove"
GATHER_FIGURES = "maintenance.figures"
PROBE = "maintenance.probe"
TASK_NAMES = (
    READ_RECEIPT,
    READ_PICTURE,
    STORE_PICTURE,
    SWEEP_RECEIPTS,
    PURGE,
    GATHER_FIGURES,
    PROBE,
    SEAL_LEDGER,
    PROVE_BOOKS,
)


def enqueue(task: str, *arguments: str | int, priority: int = SOON) -> bool:
    """Send a task to the broker, with the id of the request that caused it.

    False when the broker is out of reach: the sweep will find the work.
    """
    try:
        producer.send_task(task, args=arguments, headers=get_contextvars(), priority=priority)
    except OperationalError as error:
        log.warning("task_not_enqueued", extra={"task": task, "error": type(error).__name__})
        return False
    return True


def enqueue_after_commit(task: str, *arguments: str | int, priority: int = SOON) -> None:
    """Send a task once the running transaction is committed."""
    after_commit(lambda: enqueue(task, *arguments, priority=priority))
