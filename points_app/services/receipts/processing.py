"""Receipts from the worker's side: store the picture, read it, complete the review record.

Every step looks at the row first, so it may run twice, late or never: a message is only a nudge and
the sweep finds what no message named.
"""

import logging
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select

from points_app import jobs
from points_app.database.session import after_commit, db, execute, transactional, utcnow
from points_app.models.receipts import (
    AutoReview,
    ProcessingStatus,
    Receipt,
    ReviewStatus,
    StagedPicture,
)
from points_app.notices import events
from points_app.reading.facts import text_of
from points_app.reading.result import Reading
from points_app.services import locks
from points_app.services.receipts import (
    auto_review,
    duplicates,
    pictures,
    recognition,
    review,
    screening,
    uploads,
)
from points_app.services.receipts.awards import match, points_for
from points_app.services.receipts.storing import store
from points_app.services.settings.business import business
from points_app.services.settings.shop_time import shop_day
from points_app.wire.receipts import uploads as wire

log = logging.getLogger(__name__)

# Longer than a task may run (time_limit): past it the worker that had the receipt is dead.
LEASE = timedelta(seconds=100)
ATTEMPTS = 3
STUCK = timedelta(seconds=60)
SWEEP_BATCH = 200


def process(upload_id: str) -> None:
    """Store and read one receipt; does nothing when another worker has it or it is finished.

    A picture that the reader fails on is given back for another try, and after ATTEMPTS goes to the
    merchant unread; the failure is raised again for the log. Storage that is down costs no picture
    its tries at once: the sweep comes back to it.
    """
    if not _claim(upload_id):
        return
    store(upload_id)
    content, today = _picture(upload_id), shop_day(utcnow())
    db.session.rollback()  # no connection is held while the picture is read
    try:
        reading = recognition.recognise(content, today)
    except Exception:
        _give_back(upload_id)
        raise
    _write_down(upload_id, reading)
    _settle(upload_id)


@transactional
def _claim(upload_id: str) -> bool:
    """Take the receipt for LEASE; False when there is nothing to do. What was started ATTEMPTS
    times and never finished, because it took its worker down, is given up."""
    now = utcnow()
    free = or_(
        Receipt.processing_status == ProcessingStatus.QUEUED,
        (Receipt.processing_status == ProcessingStatus.PROCESSING)
        & (Receipt.processing_deadline < now),
    )
    receipt = _locked(upload_id, free)
    if receipt is None:
        return False
    if receipt.processing_attempts >= ATTEMPTS:
        _give_up(receipt)
        return False
    receipt.processing_status = ProcessingStatus.PROCESSING
    receipt.processing_attempts += 1
    receipt.processing_deadline = now + LEASE
    return True


@transactional
def _give_back(upload_id: str) -> None:
    receipt = _locked(upload_id, Receipt.processing_status == ProcessingStatus.PROCESSING)
    if receipt is None:
        return
    if receipt.processing_attempts >= ATTEMPTS:
        _give_up(receipt)
        return
    receipt.processing_status = ProcessingStatus.QUEUED
    jobs.enqueue_after_commit(jobs.READ_RECEIPT, upload_id)


def _give_up(receipt: Receipt) -> None:
    """Unreadable: the merchant looks at the picture and at what the guest typed."""
    log.warning("receipt_given_up", extra={"upload_id": receipt.upload_id})
    receipt.flags = duplicates.find(receipt)  # the picture itself may be known
    receipt.rules = screening.judge(receipt)
    _finish(receipt, ProcessingStatus.FAILED)


def _locked(upload_id: str, *conditions: ColumnElement[bool]) -> Receipt | None:
    query = select(Receipt).where(Receipt.upload_id == upload_id, *conditions)
    return locks.document(query)


def _finish(receipt: Receipt, status: ProcessingStatus) -> None:
    receipt.processing_status = status
    receipt.processed_at = utcnow()
    db.session.flush()
    upload_id = receipt.upload_id
    after_commit(lambda: uploads.announce_read(upload_id))
    events.receipt_processed(receipt.user_id, wire.upload_answer(receipt, pictures.link(receipt)))


def _picture(upload_id: str) -> bytes:
    key = execute(select(Receipt.object_key).where(Receipt.upload_id == upload_id)).scalar_one()
    return pictures.kept(upload_id, key)


@transactional
def _write_down(upload_id: str, reading: Reading) -> None:
    """Write down what was read. Committed before anything is concluded from it, so that of two
    photographs of one receipt that are read at once the later one finds the earlier."""
    receipt = _locked(upload_id, Receipt.processing_status == ProcessingStatus.PROCESSING)
    if receipt is None:
        return
    receipt.recognized_amount = reading.amount
    receipt.confidence = reading.amount_confidence
    receipt.match_status = match(reading.amount, receipt.input_amount)
    receipt.merchant_name = text_of(reading.merchant_name, 100)
    receipt.receipt_number = text_of(reading.receipt_number, 64)
    receipt.receipt_time = text_of(reading.receipt_time, 19)
    receipt.reading = reading.to_json()
    if receipt.review_status == ReviewStatus.PENDING and receipt.first_approver_id is None:
        receipt.points_awarded = points_for(reading.amount, receipt.input_amount, business())


@transactional
def _settle(upload_id: str) -> None:
    """Look for duplicates, hold the rules against the receipt, approve it where none of this needs
    a person. A decision that a merchant took meanwhile stands."""
    receipt = _locked(upload_id, Receipt.processing_status == ProcessingStatus.PROCESSING)
    if receipt is None:
        return
    receipt.flags = [*screening.paper(receipt), *duplicates.find(receipt)]
    receipt.rules = screening.judge(receipt)
    receipt.auto_review = auto_review.verdict(receipt)
    if receipt.auto_review == AutoReview.APPROVED:
        review.approve_automatically(receipt)
    _finish(receipt, ProcessingStatus.DONE)


def sweep() -> int:
    """Nudge again what waits for over a minute: readings nobody took or finished, pictures not yet
    stored. Returns how many. They come after what is handed in now: most still have a message that
    waits for its turn, and a guest's dozens must not overtake everybody by being old."""
    late = utcnow() - STUCK
    waiting = or_(
        (Receipt.processing_status == ProcessingStatus.QUEUED) & (Receipt.upload_time < late),
        (Receipt.processing_status == ProcessingStatus.PROCESSING)
        & (Receipt.processing_deadline < utcnow()),
    )
    unread = execute(select(Receipt.upload_id).where(waiting).limit(SWEEP_BATCH)).scalars()
    stored_late = (
        select(StagedPicture.upload_id)
        .join(Receipt, Receipt.upload_id == StagedPicture.upload_id)
        .where(Receipt.processing_status.in_(uploads.FINISHED), Receipt.upload_time < late)
        .limit(SWEEP_BATCH)
    )
    work = [(jobs.READ_RECEIPT, upload_id) for upload_id in unread]
    work += [(jobs.STORE_PICTURE, upload_id) for upload_id in execute(stored_late).scalars()]
    return sum(jobs.enqueue(task, key, priority=jobs.LATER) for task, key in work)
