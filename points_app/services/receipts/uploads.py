"""Receipts from the guest's side: hand one in, follow it."""

import hashlib
import logging
from datetime import datetime, timedelta
from decimal import Decimal

from redis import RedisError
from sqlalchemy import case, func, insert, or_, select
from sqlalchemy.exc import OperationalError

from points_app import jobs
from points_app.codes import new_id
from points_app.database.errors import on_duplicate
from points_app.database.session import (
    PACKET_ADVICE,
    db,
    execute,
    largest_statement,
    transactional,
    utcnow,
)
from points_app.errors.receipts import PictureUnreadable, ReceiptAlreadySubmitted, UploadsUsed
from points_app.models.receipts import (
    MatchStatus,
    ProcessingStatus,
    Receipt,
    ReviewStatus,
    StagedPicture,
)
from points_app.reading.pictures import Picture
from points_app.services import decoding, idempotency, locks, waiting
from points_app.services.receipts import duplicates
from points_app.services.receipts.awards import points_for
from points_app.services.receipts.upload_records import upload_answer
from points_app.services.settings.business import business
from points_app.services.settings.shop_time import start_of_day
from points_app.wire.receipts import uploads as wire

log = logging.getLogger(__name__)

# How much longer than it waits for a reading a request that lives takes to answer.
ANSWER_MARGIN = timedelta(seconds=3)
FINISHED = frozenset({ProcessingStatus.DONE, ProcessingStatus.FAILED})
UNREAD_SOON = 3
"""So many unread receipts of a guest are read in turn; further ones when nobody else waits."""


def hand_in(
    user_id: int, content: bytes | None, amount: Decimal | None, wait: float
) -> wire.UploadAnswer:
    """Keep a picture durably, and answer when it is read or after `wait` seconds.

    Raises what `decoding.decode` raises; PictureUnreadable also when the database takes no
    statement as large as the picture; UploadsUsed, ReceiptAlreadySubmitted.
    """
    picture = decoding.decode(user_id, content)
    assert content is not None
    try:
        upload_id = _stage(user_id, hashlib.sha256(content).hexdigest(), picture, amount, wait)
    except OperationalError:
        _check_packet(len(picture.jpeg))
        raise
    except idempotency.Unfinished as earlier:
        upload_id = earlier.related_id
    wait_until_read(upload_id, wait)
    answer = upload_answer(user_id, upload_id)
    idempotency.finish(answer)
    return answer


@transactional
def _stage(user_id: int, sha256: str, picture: Picture, amount: Decimal | None, wait: float) -> str:
    """The receipt's row and its bytes; UNIQUE on its claims refuses the same picture again.

    Locks the wallet, under which the guest's uploads of the day are counted.
    """
    upload_id, now = new_id("UP"), utcnow()
    idempotency.begin(upload_id, timedelta(seconds=wait) + ANSWER_MARGIN)
    locks.account(user_id)
    priority = _turn(user_id, now)
    receipt = {
        "upload_id": upload_id,
        "user_id": user_id,
        "object_key": f"receipts/{now:%Y/%m}/{upload_id}.jpg",
        "is_stored": False,
        "sha256": sha256,
        "claimed_sha256": sha256,
        "pixel_sha256": picture.pixel_sha256,
        "claimed_pixel_sha256": picture.pixel_sha256,
        "perceptual_hash": picture.perceptual_hash,
        "input_amount": amount,
        "match_status": MatchStatus.UNCLEAR.value,
        "points_awarded": points_for(None, amount, business()),
        "flags": [],
        "rules": [],
        "processing_status": ProcessingStatus.QUEUED.value,
        "processing_attempts": 0,
        "review_status": ReviewStatus.PENDING.value,
        "upload_time": now,
    }
    with on_duplicate(lambda: already_submitted(user_id, sha256, picture.pixel_sha256)):
        key = execute(insert(Receipt), receipt).inserted_primary_key
    assert key is not None
    review_id = key[0]
    duplicates.remember(review_id, picture.perceptual_hash)
    execute(insert(StagedPicture), {"upload_id": upload_id, "content": picture.jpeg})
    jobs.enqueue_after_commit(jobs.READ_RECEIPT, upload_id, priority=priority)
    return upload_id


def _turn(user_id: int, now: datetime) -> int:
    """How soon the guest's next receipt is read. Raises UploadsUsed when the day has no more."""
    unread = case((Receipt.processing_status.in_(FINISHED), 0), else_=1)
    today = (Receipt.user_id == user_id, Receipt.upload_time >= start_of_day(now))
    query = select(func.count(), func.coalesce(func.sum(unread), 0)).where(*today)
    used, unread_ones = execute(query).one()
    limit = business().uploads_per_guest_per_day
    if limit and used >= limit:
        raise UploadsUsed(limit=limit, used=used)
    return jobs.SOON if unread_ones < UNREAD_SOON else jobs.LATER


def _check_packet(size: int) -> None:
    """Raises PictureUnreadable when a picture of this size is more than the database takes at once.
    It may say so, or just hang up."""
    most = largest_statement()
    if most is not None and size + size // 16 + 4096 > most:
        log.critical(
            "picture_above_max_allowed_packet",
            extra={"bytes": size, "max_allowed_packet": most, "advice": PACKET_ADVICE},
        )
        raise PictureUnreadable(
            reason="storage", message="图片过大，暂时无法保存，请裁剪或缩小后重试"
        )


def already_submitted(user_id: int, sha256: str, pixel_sha256: str) -> ReceiptAlreadySubmitted:
    """The refusal of a picture that UNIQUE just refused; names the caller's own earlier upload."""
    db.session.rollback()
    same = or_(Receipt.claimed_sha256 == sha256, Receipt.claimed_pixel_sha256 == pixel_sha256)
    query = select(Receipt.upload_id).where(same, Receipt.user_id == user_id).limit(1)
    earlier = db.session.execute(query).one_or_none()
    if earlier is not None:
        return ReceiptAlreadySubmitted(upload_id=earlier.upload_id)
    return ReceiptAlreadySubmitted()


def wait_until_read(upload_id: str, seconds: float) -> None:
    """Wait for the worker, at most `seconds`, holding no database connection.

    Returns at once when half of the process's threads already wait: the others must go on serving.
    """
    if seconds <= 0:
        return
    with waiting.place("uploads") as admitted:
        if admitted:
            _wait(upload_id, seconds)


def _wait(upload_id: str, seconds: float) -> None:
    try:
        waiting.wait_for(done_key(upload_id), seconds)
    except RedisError as error:
        log.warning("cannot_wait_for_reading", extra={"error": type(error).__name__})


def announce_read(upload_id: str) -> None:
    """Wake whoever waits for this upload."""
    try:
        waiting.announce(done_key(upload_id), "read")
    except RedisError as error:
        log.warning("cannot_announce_reading", extra={"error": type(error).__name__})


def done_key(upload_id: str) -> str:
    """The Redis list on which a finished reading is announced."""
    return f"receipt-done:{upload_id}"
