"""Read a picture without keeping it: for a form that fills itself in before the upload.

The worker reads, so that no web process carries an engine, and after the receipts that wait. The
picture travels through Redis, is taken out of it by the one who reads, and expires after a minute
if nobody does. Each guest has a share: so many at once, so many a day.
"""

import base64
import json
import logging
from typing import cast

from redis import RedisError

from points_app import jobs
from points_app.codes import new_id
from points_app.database.session import utcnow
from points_app.errors.base import ServiceUnavailable
from points_app.errors.receipts import PhotoFailure
from points_app.extensions import parts
from points_app.services import decoding, waiting
from points_app.services.receipts import preview_share, recognition
from points_app.services.settings.shop_time import shop_day
from points_app.wire.receipts import uploads as wire

log = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
KEPT_SECONDS = 60


def glance(user_id: int, content: bytes | None) -> wire.QuickReading:
    """Have a picture read by a worker and wait for it, at most WAIT_SECONDS; stores nothing.

    Raises PreviewsRunning and PreviewsUsed beyond the guest's share, before anything is decoded;
    PictureMissing, PictureTooLarge, PictureUnreadable; ServiceUnavailable when no worker answers or
    too many requests wait already; PhotoFailure when the reader fails on the picture.
    """
    request_id = new_id("GL")
    try:
        with preview_share.taken(user_id, request_id) as share, waiting.place("previews") as place:
            answer = _ask(request_id, decoding.decode(user_id, content).jpeg) if place else None
            share.used = answer is not None
    except RedisError:
        raise ServiceUnavailable from None
    if answer is None:
        raise ServiceUnavailable
    reading = json.loads(answer)
    if reading is None:
        raise PhotoFailure
    return cast(wire.QuickReading, reading)


def _ask(request_id: str, jpeg: bytes) -> str | None:
    parts.redis.set(_picture_key(request_id), base64.b64encode(jpeg), ex=KEPT_SECONDS)
    jobs.enqueue(jobs.READ_PICTURE, request_id, priority=jobs.LAST)
    found = waiting.wait_for(_answer_key(request_id), WAIT_SECONDS)
    if found is None:
        parts.redis.delete(_picture_key(request_id))  # nobody waits for it any more
    return found


def answer(request_id: str) -> None:
    """The worker's part: read the picture of a request and hand the reading over."""
    encoded = parts.redis.getdel(_picture_key(request_id))
    if encoded is None:
        return  # answered already, or too late
    reading = None
    try:
        found = recognition.recognise(base64.b64decode(encoded), shop_day(utcnow()))
        reading = wire.quick_reading(found)
    finally:
        waiting.announce(_answer_key(request_id), json.dumps(reading))


def _picture_key(request_id: str) -> str:
    return f"glance:{request_id}:picture"


def _answer_key(request_id: str) -> str:
    return f"glance:{request_id}:answer"
