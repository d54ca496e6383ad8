"""Who reads a receipt: the engine of this process, and Baidu as well where the shop has an account.

Both are asked, because two readers that work differently and arrive at one sum are the best
evidence there is, and because only the local one knows where on the picture it stands.
"""

import logging
from dataclasses import replace
from datetime import date
from functools import cache

from points_app import metrics
from points_app.clients.baidu import BaiduError, BaiduReceipt
from points_app.extensions import parts
from points_app.reading.engine import Engine, make_engine
from points_app.reading.facts import Fact
from points_app.reading.kinds import limited
from points_app.reading.moments import read_moment
from points_app.reading.reader import read_receipt
from points_app.reading.result import Reading

log = logging.getLogger(__name__)


def recognise(jpeg: bytes, today: date) -> Reading:
    """Read a normalised picture. Takes half a second to three, and Baidu's time on top; asks the
    database nothing.

    `today`, the shop's, dates slips that print no year. An answer of Baidu that does not come is
    logged and done without. Raises OSError for bytes that are no picture.
    """
    reading = read_receipt(jpeg, engine(), today)
    metrics.READING_SECONDS.labels(reading.engine).observe(reading.seconds)
    remote = _ask_baidu(jpeg)
    return reading if remote is None else second_opinion(reading, remote)


def engine() -> Engine:
    """The engine of READING_ENGINE, one in a process; its models are loaded by the first picture
    and kept. Raises EngineUnavailable."""
    return _made(parts.settings.reading_engine)


@cache
def _made(name: str) -> Engine:
    return make_engine(name)


def _ask_baidu(jpeg: bytes) -> BaiduReceipt | None:
    if parts.ocr is None:
        return None
    try:
        return parts.ocr.receipt(jpeg)
    except BaiduError as error:
        level = logging.ERROR if error.stop else logging.WARNING
        log.log(level, "baidu_failed", extra={"error": str(error), "needs_a_person": error.stop})
        return None


def second_opinion(local: Reading, remote: BaiduReceipt) -> Reading:
    """The local reading, completed by Baidu's.

    Two readers that agree are sure. Against a sure local reading Baidu, which was made for shopping
    malls, only sows doubt; where the local one is not sure Baidu's sum is taken, and rated by
    whether the local reader saw it at all. A paid sum of zero stands: Baidu knows no vouchers. What
    paper it is only the local reader tells.
    """
    both = replace(
        local,
        engine=f"{local.engine} baidu",
        second_opinion=remote.raw,
        merchant_name=_fact(remote.shop_name) or local.merchant_name,
        receipt_number=local.receipt_number or _fact(remote.receipt_number),
        receipt_time=local.receipt_time or _fact(read_moment(remote.receipt_time or "")),
    )
    if remote.total is None:
        return both
    seen = remote.total in {each.amount for each in local.candidates}
    agreed, sure = remote.total == local.amount, local.amount_confidence == "high"
    if local.amount == 0:
        return both
    rated = limited("high" if agreed else "medium" if sure or seen else "low", local.document)
    amount = local.amount if sure else remote.total
    return replace(both, is_receipt=True, amount=amount, amount_confidence=rated)


def _fact(value: str | None) -> Fact | None:
    return Fact(value, "medium", ()) if value else None
