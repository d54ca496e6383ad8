"""How long what is kept: old rows and pictures go in small batches, so that no guest waits.

What is money stays: ledger, draws and orders are never deleted here (the contract asks for two
years at least, and the books can be proved only whole).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update

from points_app.clients.storage.base import StorageError, holds
from points_app.database.session import execute, transactional, utcnow
from points_app.extensions import parts
from points_app.models.accounts import AuthSession, FirstLogin, SmsCode
from points_app.models.exchange import Order, OrderStatus
from points_app.models.idempotency import IdempotencyKey
from points_app.models.operations import ErrorLog, PerformanceMetric
from points_app.models.receipts import Receipt, ReviewStatus
from points_app.services.settings.business import business

log = logging.getLogger(__name__)

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `model` whose `moment` lies more than `age` back are deleted."""

    model: Any
    moment: str
    age: timedelta

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)


RULES = (
    Rule(PerformanceMetric, "created_at", timedelta(days=90)),
    Rule(ErrorLog, "created_at", timedelta(days=180)),
    Rule(IdempotencyKey, "created_at", timedelta(hours=24)),
    # A session is of no use once its last refresh token has expired; its tokens go with it.
    Rule(AuthSession, "expires_at", timedelta(days=1)),
    # Yesterday's row still counts towards a phone's limit of the day.
    # It knows the networks of the next login (services/accounts/sms_codes.py).
    Rule(SmsCode, "sent_at", timedelta(days=40)),
    Rule(FirstLogin, "created_at", timedelta(days=365)),
)
PICTURES = "receipt pictures"
ADDRESSES = "delivery addresses"

Progress = Callable[[str, int], None]


def _silent(_name: str, _done: int) -> None:
    """The progress of a run that nobody watches: it is told to nobody."""


def due() -> dict[str, int]:
    """What `purge` would delete now, by table; changes nothing."""
    now = utcnow()
    counts = {rule.name: _count(rule.model.__table__, *_old(rule, now)) for rule in RULES}
    counts[ADDRESSES] = _count(Order, *_old_addresses(now))
    return {**counts, PICTURES: _count(Receipt, *_old_pictures(now))}


def purge(progress: Progress = _silent) -> dict[str, int]:
    """Delete what is past its time; returns how many by table.

    `progress` hears after each batch how many of a table are gone. A storage that is down keeps its
    pictures until the next run.
    """
    gone: dict[str, int] = {}
    for rule in RULES:
        gone[rule.name] = _in_batches(rule.name, partial(_delete_rows, rule), progress)
    gone[ADDRESSES] = _in_batches(ADDRESSES, _delete_addresses, progress)
    gone[PICTURES] = _in_batches(PICTURES, _delete_pictures, progress)
    return gone


def _in_batches(name: str, one_batch: Callable[[], int], progress: Progress) -> int:
    total = 0
    while batch := one_batch():
        total += batch
        progress(name, total)
    return total


def _count(table: Any, *conditions: Any) -> int:
    return execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


def _old(rule: Rule, now: datetime) -> tuple[Any]:
    return (rule.model.__table__.c[rule.moment] < now - rule.age,)


@transactional
def _delete_rows(rule: Rule) -> int:
    table = rule.model.__table__
    (key,) = table.primary_key.columns
    keys = list(execute(select(key).where(*_old(rule, utcnow())).limit(BATCH)).scalars())
    if keys:
        execute(delete(table).where(key.in_(keys), *_old(rule, utcnow())))
    return len(keys)


def _old_addresses(now: datetime) -> tuple[Any, ...]:
    """Of closed orders, as long ago as the shop says (setting `delivery_info_days`); an order that
    was cancelled has no other time than that of its purchase."""
    kept = timedelta(days=business().delivery_info_days)
    return (
        Order.status.in_([OrderStatus.COMPLETED.value, OrderStatus.CANCELLED.value]),
        Order.delivery_info.is_not(None),
        func.coalesce(Order.completed_time, Order.exchange_time) < now - kept,
    )


@transactional
def _delete_addresses() -> int:
    old = _old_addresses(utcnow())
    ids = list(execute(select(Order.id).where(*old).limit(BATCH)).scalars())
    if ids:
        mine = Order.id.in_(ids)
        execute(update(Order).where(mine, *old).values(delivery_info=None))
    return len(ids)


def _old_pictures(now: datetime) -> tuple[Any, ...]:
    """Of decided receipts only; the policy is the shop's (setting `receipt_picture_days`)."""
    days = business().receipt_picture_days
    return (
        Receipt.is_stored.is_(True),
        Receipt.review_time < now - timedelta(days=days),
        Receipt.review_status != ReviewStatus.PENDING,
    )


def _delete_pictures() -> int:
    """One batch: the objects first, then the rows that say so; doing it twice changes nothing."""
    keys = _picture_keys()
    deleted = [review_id for review_id, key in keys if delete_object(key)]
    if deleted:
        mark_deleted(deleted)
    return len(deleted) if len(deleted) == len(keys) else 0


def _picture_keys() -> list[tuple[int, str]]:
    query = select(Receipt.review_id, Receipt.object_key).where(*_old_pictures(utcnow()))
    return [(row.review_id, row.object_key) for row in execute(query.limit(BATCH))]


def delete_object(key: str) -> bool:
    """Delete a picture from storage and look; False when storage refuses, is down, or still has
    it."""
    try:
        parts.storage.delete(key)
        if holds(parts.storage, key):
            raise StorageError("storage still has the picture")
    except StorageError as error:
        log.warning("picture_not_deleted", extra={"object_key": key, "error": str(error)})
        return False
    return True


@transactional
def mark_deleted(review_ids: list[int]) -> None:
    """Note that the pictures of these receipts are gone from storage."""
    mine = Receipt.review_id.in_(review_ids)
    execute(update(Receipt).where(mine).values(is_stored=False, picture_deleted_at=utcnow()))
