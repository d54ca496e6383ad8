"""Has this receipt been handed in before, by anyone? Looked up by index, never by a scan.

Certain evidence, the same file or the same pixels, is refused when it is handed in (uploads.py).
What is found here is likely, not certain, and so for a person to decide: each finding is a flag.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from points_app.database.rows import AnyRow
from points_app.database.session import execute
from points_app.models.receipts import PictureBand, Receipt, ReviewStatus
from points_app.reading.fingerprint import SAME_PICTURE, band_keys, hash_distance, neighbour_keys
from points_app.reading.twins import Printed, distinct, likeness, marks_of
from points_app.services.receipts.review_flags import MESSAGES, describe
from points_app.wire.receipts.reviews import Flag

FACTS = (
    Receipt.upload_id,
    Receipt.merchant_name,
    Receipt.recognized_amount,
    Receipt.receipt_number,
    Receipt.receipt_time,
    Receipt.reading,
)
MOST_CANDIDATES = 100
"""Looked at per question, newest first: a bound for numbers that a shop prints on every slip."""
MOST_FLAGS = 5


def remember(review_id: int, fingerprint: str) -> None:
    """Make a picture findable by its hash, in the caller's transaction.

    The 256 bits are cut into nine bands of about 28, each a row of an index. A copy differs in at
    most SAME_PICTURE bits, so at least one band differs in at most one bit. Each band is looked up
    as it is and with each bit turned: some 265 exact look-ups find every copy, and of a million
    receipts almost no others. Looking up exact bands alone would take seventeen of fifteen bits,
    each of which fits a 2,000th of the table by chance.
    """
    rows = [{"band_key": key, "review_id": review_id} for key in band_keys(fingerprint)]
    execute(insert(PictureBand), rows)


def find(receipt: Receipt) -> list[Flag]:
    """A flag for each other upload that is likely the same receipt, the surest first.

    Reads the receipt's facts as they are in the session; other guests' uploads as committed.
    """
    own = printed(receipt)
    flags = {
        row.upload_id: "same_picture"
        for row in look_alikes(receipt.review_id, receipt.perceptual_hash)
        if not distinct(own, printed(row))
    }
    for upload_id, kind in _twins(receipt):
        flags.setdefault(upload_id, kind)
    order = list(MESSAGES)
    columns = (Receipt.upload_id, Receipt.user_id, Receipt.review_status, Receipt.pixel_sha256)
    others = {row.upload_id: row for row in execute(select(*columns).where(columns[0].in_(flags)))}
    found = [describe(receipt, kind, others.get(other)) for other, kind in flags.items()]
    found.sort(
        key=lambda flag: (
            not flag["suspicious"],
            flag["state"] != ReviewStatus.APPROVED.value,  # what was paid is seen first
            order.index(flag["flag"]),
        )
    )
    return found[:MOST_FLAGS]


def look_alikes(review_id: int, fingerprint: str) -> Iterator[AnyRow]:
    """The other pictures within SAME_PICTURE bits of this hash, with what is printed on them.

    Without those nobody has looked at yet: what is read later finds what was read before, and knows
    then whether the two say the same.
    """
    sharing = select(PictureBand.review_id).where(
        PictureBand.band_key.in_(neighbour_keys(fingerprint))
    )
    newest = sharing.distinct().order_by(PictureBand.review_id.desc()).limit(MOST_CANDIDATES)
    others = set(execute(newest).scalars()) - {review_id}
    looked_at = Receipt.reading.is_not(None) | Receipt.processed_at.is_not(None)
    query = select(Receipt.perceptual_hash, *FACTS)
    for row in execute(query.where(Receipt.review_id.in_(others), looked_at)):
        if hash_distance(fingerprint, row.perceptual_hash) <= SAME_PICTURE:
            yield row


def _twins(receipt: Receipt) -> Iterator[tuple[str, str]]:
    own = printed(receipt)
    for row in _candidates(receipt):
        if kind := likeness(own, printed(row)):
            yield row.upload_id, kind


def _candidates(receipt: Receipt) -> Iterator[AnyRow]:
    """Uploads that share two facts, or the number; one question each, so each has its index."""
    seen = {receipt.upload_id}
    for question, newest in _questions(receipt):
        query = select(*FACTS).where(question).order_by(newest.desc())
        for row in execute(query.limit(MOST_CANDIDATES)):
            if row.upload_id not in seen:
                seen.add(row.upload_id)
                yield row


def _questions(
    receipt: Receipt,
) -> Iterator[tuple[ColumnElement[bool], InstrumentedAttribute[Any]]]:
    """Conditions, and the column that orders their index. A time that one photograph does not show
    may be on the other."""
    moment = receipt.receipt_time
    same_amount = Receipt.recognized_amount == receipt.recognized_amount
    if receipt.recognized_amount is not None and moment:
        same_day = Receipt.receipt_time.startswith(moment[:10])
        yield same_amount & same_day, Receipt.receipt_time
        yield same_amount & Receipt.receipt_time.is_(None), Receipt.review_id
    elif receipt.recognized_amount is not None:
        yield same_amount, Receipt.receipt_time
    if moment and len(moment) >= 16:
        yield Receipt.receipt_time.startswith(moment[:16]), Receipt.receipt_time
    if receipt.receipt_number:
        yield Receipt.receipt_number == receipt.receipt_number, Receipt.review_id


def printed(row: Any) -> Printed:
    """What tells the slip of a receipt's row apart."""
    return Printed(
        row.recognized_amount,
        row.merchant_name,
        row.receipt_number,
        row.receipt_time,
        marks_of((row.reading or {}).get("lines", ())),
    )
