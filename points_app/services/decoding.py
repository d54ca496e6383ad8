"""Uploads become plain JPEGs, or a refusal that says why; in processes that can be killed."""

import atexit
import logging
import os

from points_app.database.session import db
from points_app.errors.base import ServiceUnavailable, TooManyRequests
from points_app.errors.receipts import PictureMissing, PictureTooLarge, PictureUnreadable
from points_app.extensions import parts
from points_app.reading.containers import PictureRejected
from points_app.reading.decoder import DecoderBusy, Decoders
from points_app.reading.pictures import Picture
from points_app.reading.turns import Crowded, GuestCrowded, Turns

log = logging.getLogger(__name__)

MAX_PICTURE_BYTES = 10 * 1024 * 1024
AT_ONCE = 2
"""Pictures decoded at a time in one web process; of them one large one at most."""
WAIT_SECONDS = 20.0
RETRY_SECONDS = 2
TAKEN = "请上传 JPEG、PNG、WebP 或 HEIC 格式的图片"
MESSAGES = {
    "kind": f"不支持{{kind}}，{TAKEN}",
    "size": "图片像素过多或边长过长（最多 5000 万像素，边长 32768），请缩小后重试",
    "damaged": "图片已损坏或不完整，请重新拍摄或导出后重试",
    "cost": "图片结构过于复杂，请重新拍照或截图后上传",
}
_decoders: dict[int, Decoders] = {}


def decode(user_id: int, content: bytes | None) -> Picture:
    """A guest's upload as the picture that is kept. Waits for its turn without a database
    connection.

    Raises PictureMissing; PictureTooLarge; PictureUnreadable, which says why; TooManyRequests when
    this guest has too many under way already, ServiceUnavailable when all have.
    """
    if not content:
        raise PictureMissing
    if len(content) > MAX_PICTURE_BYTES:
        raise PictureTooLarge
    db.session.rollback()
    try:
        return _of_this_process().decode(content, user_id)
    except PictureRejected as refusal:
        kind = f" {refusal.kind} 图片" if refusal.kind else "这种文件"
        message = MESSAGES[refusal.reason].format(kind=kind)
        raise PictureUnreadable(reason=refusal.reason, message=message) from None
    except GuestCrowded:
        too_many = TooManyRequests()
        too_many.retry_after = RETRY_SECONDS
        raise too_many from None
    except (Crowded, DecoderBusy) as busy:
        log.warning("pictures_wait", extra={"error": str(busy)})
        raise ServiceUnavailable from None


def _of_this_process() -> Decoders:
    """Made with the first picture; a fork leaves its parent's alone. So few may wait here that some
    threads still serve when these and the places for readings (receipts) are all taken."""
    decoders = _decoders.get(os.getpid())
    if decoders is None:
        threads = parts.settings.web_threads
        waiting, of_a_guest = max(2, threads * 3 // 8), max(2, threads // 5)
        turns = Turns(AT_ONCE, waiting, of_a_guest, WAIT_SECONDS)
        made = Decoders(turns, parts.settings.decode_memory_mb)
        decoders = _decoders.setdefault(os.getpid(), made)
        if decoders is made:
            atexit.register(made.close)
    return decoders
