"""Requests that carry an `Idempotency-Key`: the effect once, the same answer every time.

The key's row is written in the transaction of the effect, so there is no moment at which one exists
without the other. A second request meets the first one's row: locked while the first still runs,
with the answer once it is committed.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from points_app.db import (
    LOCKED,
    TryAgain,
    error_number,
    execute,
    is_duplicate,
    transactional,
    utcnow,
)
from points_app.errors import AppError, IdempotencyKeyReused, RequestInProgress
from points_app.models import IdempotencyKey
from points_app.wire import envelope

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

KEYS = IdempotencyKey.__table__
REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """Who repeats what: `fingerprint` is a hash over method, path and body."""

    user_id: int
    key: str
    fingerprint: str


class Replay(Exception):
    """The request was answered before; `answer` is that answer, byte for byte."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("answered before")
        self.answer = answer


_request: ContextVar[KeyedRequest | None] = ContextVar("keyed_request", default=None)


@contextmanager
def keyed(request: KeyedRequest | None) -> Iterator[None]:
    """Run a request under its key. A refusal is remembered as the answer, like a success."""
    token = _request.set(request)
    try:
        yield
    except AppError as refusal:
        if request and refusal.status == 200 and not isinstance(refusal, _NOT_AN_ANSWER):
            _remember(request, envelope(refusal.data, refusal.code, refusal.message))
        raise
    finally:
        _request.reset(token)


_NOT_AN_ANSWER = (RequestInProgress, IdempotencyKeyReused)


def idempotent(function: Callable[P, R]) -> Callable[P, R]:
    """Inside `@transactional`: run once for the key of the running request and keep the answer.

    Raises Replay, RequestInProgress or IdempotencyKeyReused; without a key it does nothing.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        request = _request.get()
        if request is None:
            return function(*args, **kwargs)
        _claim(request)
        result = function(*args, **kwargs)
        _write_answer(request, envelope(result))
        return result

    return run


def _claim(request: KeyedRequest) -> None:
    """Make the key's row, or meet the one that is there."""
    mine = (KEYS.c.user_id == request.user_id, KEYS.c.key == request.key)
    known = select(KEYS.c.fingerprint, KEYS.c.answer, KEYS.c.created_at).where(*mine)
    try:
        row = execute(known.with_for_update(nowait=True)).one_or_none()
    except DBAPIError as error:
        if error_number(error) in LOCKED:
            raise RequestInProgress from None
        raise
    if row is not None and utcnow() - row.created_at > REMEMBERED:
        execute(delete(KEYS).where(*mine))
        row = None
    if row is None:
        _insert(request, None)
    elif row.fingerprint != request.fingerprint:
        raise IdempotencyKeyReused
    else:
        raise Replay(row.answer.encode())


def _insert(request: KeyedRequest, answer: str | None) -> None:
    try:
        execute(
            insert(KEYS),
            {
                "user_id": request.user_id,
                "key": request.key,
                "fingerprint": request.fingerprint,
                "answer": answer,
                "created_at": utcnow(),
            },
        )
    except IntegrityError as error:
        if is_duplicate(error):
            raise TryAgain from None  # the twin that waited for our insert has committed
        raise


def _write_answer(request: KeyedRequest, answer: bytes) -> None:
    mine = (KEYS.c.user_id == request.user_id, KEYS.c.key == request.key)
    execute(KEYS.update().where(*mine).values(answer=answer.decode()))


@transactional
def _remember(request: KeyedRequest, answer: bytes) -> None:
    """Keep a refusal; when a twin was faster its answer stands."""
    mine = (KEYS.c.user_id == request.user_id, KEYS.c.key == request.key)
    if execute(select(KEYS.c.id).where(*mine)).one_or_none() is None:
        _insert(request, answer.decode())
