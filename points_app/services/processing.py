"""Receipts from the worker's side: store the picture, read it, complete the review record.

Every step looks at the row first, so it may run twice, late or never: a message is only a nudge and
the sweep finds what no message named.
"""

import logging
from datetime import timedelta

from sqlalchemy import Row, delete, or_, select, update

from points_app import events, jobs, metrics
from points_app.clients.storage import StorageError
from points_app.db import execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models import ProcessingStatus, Receipt, ReviewStatus, StagedPicture
from points_app.reading import Reading, read_receipt
from points_app.services import locks, pictures, receipts
from points_app.services.awards import match, points_for
from points_app.services.business import business
from points_app.wire import receipts as wire

log = logging.getLogger(__name__)

RECEIPTS = Receipt.__table__
STAGED = StagedPicture.__table__
# Longer than a task may run (time_limit): past it the worker that had the receipt is dead.
LEASE = timedelta(seconds=100)
ATTEMPTS = 3
STUCK = timedelta(seconds=60)
SWEEP_BATCH = 200


def process(upload_id: str) -> None:
    """Store and read one receipt; does nothing when another worker has it or it is finished."""
    content = _claim(upload_id)
    if content is None:
        return
    store(upload_id)
    reading = read_receipt(content)
    metrics.READING_SECONDS.labels(reading.engine).observe(reading.seconds)
    _complete(upload_id, reading)
    receipts.announce_read(upload_id)


@transactional
def _claim(upload_id: str) -> bytes | None:
    """Take the receipt for LEASE; None when there is nothing to do. After ATTEMPTS starts that
    nobody finished the picture counts as unreadable and goes to the merchant as it is."""
    now = utcnow()
    waiting = or_(
        RECEIPTS.c.processing_status == ProcessingStatus.QUEUED,
        (RECEIPTS.c.processing_status == ProcessingStatus.PROCESSING)
        & (RECEIPTS.c.processing_deadline < now),
    )
    mine = RECEIPTS.c.upload_id == upload_id
    tired = execute(
        update(RECEIPTS)
        .where(mine, waiting, RECEIPTS.c.processing_attempts >= ATTEMPTS)
        .values(processing_status=ProcessingStatus.FAILED.value, processed_at=now)
    )
    if tired.rowcount:
        log.warning("receipt_given_up", extra={"upload_id": upload_id})
        return None
    taken = execute(
        update(RECEIPTS)
        .where(mine, waiting)
        .values(
            processing_status=ProcessingStatus.PROCESSING.value,
            processing_attempts=RECEIPTS.c.processing_attempts + 1,
            processing_deadline=now + LEASE,
        )
    )
    if not taken.rowcount:
        return None
    return _picture(upload_id)


def _picture(upload_id: str) -> bytes:
    staged = execute(select(STAGED.c.content).where(STAGED.c.upload_id == upload_id)).scalar()
    if staged is not None:
        return staged
    key = execute(select(RECEIPTS.c.object_key).where(RECEIPTS.c.upload_id == upload_id)).scalar()
    return parts.storage.get(key)


def store(upload_id: str) -> bool:
    """Move a staged picture to object storage; False when storage is down (the sweep tries again).

    The object is written before the row says so, under a key that only this upload has: doing it
    twice changes nothing.
    """
    row = _unstored(upload_id)
    if row is None:
        return True
    try:
        parts.storage.put(row.object_key, row.content, pictures.CONTENT_TYPE)
    except StorageError as error:
        log.warning("picture_not_stored", extra={"upload_id": upload_id, "error": str(error)})
        return False
    _mark_stored(upload_id)
    return True


@transactional
def _unstored(upload_id: str) -> Row[tuple[str, bytes]] | None:
    query = (
        select(RECEIPTS.c.object_key, STAGED.c.content)
        .join(STAGED, STAGED.c.upload_id == RECEIPTS.c.upload_id)
        .where(RECEIPTS.c.upload_id == upload_id, RECEIPTS.c.is_stored.is_(False))
    )
    return execute(query).one_or_none()


@transactional
def _mark_stored(upload_id: str) -> None:
    execute(update(RECEIPTS).where(RECEIPTS.c.upload_id == upload_id).values(is_stored=True))
    execute(delete(STAGED).where(STAGED.c.upload_id == upload_id))


@transactional
def _complete(upload_id: str, reading: Reading) -> None:
    """Write down what was read. A decision that a merchant took meanwhile keeps its points."""
    receipt = locks.document(select(Receipt).where(Receipt.upload_id == upload_id), upload_id)
    if receipt is None or receipt.processing_status != ProcessingStatus.PROCESSING:
        return
    receipt.recognized_amount = reading.amount
    receipt.confidence = reading.amount_confidence
    receipt.match_status = match(reading.amount, receipt.input_amount)
    receipt.merchant_name = reading.merchant_name and reading.merchant_name.value[:100]
    receipt.receipt_number = reading.receipt_number and reading.receipt_number.value[:64]
    receipt.receipt_time = reading.receipt_time and reading.receipt_time.value[:19]
    receipt.flags = [] if reading.is_receipt else ["not_a_receipt"]
    receipt.reading = reading.to_json()
    if receipt.review_status == ReviewStatus.PENDING:
        receipt.points_awarded = points_for(reading.amount, receipt.input_amount, business())
    receipt.processing_status = ProcessingStatus.DONE
    receipt.processed_at = utcnow()
    events.receipt_processed(receipt.user_id, wire.upload_answer(receipt, pictures.link(receipt)))


def sweep() -> int:
    """Nudge again what waits for over a minute: readings nobody took or finished, pictures not yet
    stored. Returns how many."""
    late = utcnow() - STUCK
    waiting = or_(
        (RECEIPTS.c.processing_status == ProcessingStatus.QUEUED) & (RECEIPTS.c.upload_time < late),
        (RECEIPTS.c.processing_status == ProcessingStatus.PROCESSING)
        & (RECEIPTS.c.processing_deadline < utcnow()),
    )
    unread = execute(select(RECEIPTS.c.upload_id).where(waiting).limit(SWEEP_BATCH)).scalars()
    stored_late = (
        select(STAGED.c.upload_id)
        .join(RECEIPTS, RECEIPTS.c.upload_id == STAGED.c.upload_id)
        .where(RECEIPTS.c.processing_status.in_(receipts.FINISHED), RECEIPTS.c.upload_time < late)
        .limit(SWEEP_BATCH)
    )
    work = [(jobs.READ_RECEIPT, upload_id) for upload_id in unread]
    work += [(jobs.STORE_PICTURE, upload_id) for upload_id in execute(stored_late).scalars()]
    return sum(jobs.enqueue(task, upload_id) for task, upload_id in work)
