"""Requests that carry an `Idempotency-Key`: the effect once, the same answer every time.

The key's row is written in the transaction of the effect, so there is no moment at which one exists
without the other. A second request meets the first one's row: locked while the first still runs,
with the answer once it is committed. A refusal has no effect to be written with; it is remembered
on its own, because the key stands for one attempt: whoever wants to try anew takes a new key.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from points_app.database.errors import LOCKED, TryAgain, error_number, on_duplicate
from points_app.database.rows import AnyRow
from points_app.database.session import execute, transactional, utcnow
from points_app.errors.accounts import UserGone
from points_app.errors.base import AppError, IdempotencyKeyReused, RequestInProgress
from points_app.models.idempotency import IdempotencyKey
from points_app.services import locks
from points_app.wire import envelope

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

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


class Unfinished(Exception):
    """The effect under this key is there, but whoever made it died before answering."""

    def __init__(self, related_id: str) -> None:
        super().__init__(related_id)
        self.related_id = related_id


_request: ContextVar[KeyedRequest | None] = ContextVar("keyed_request", default=None)


@contextmanager
def keyed(request: KeyedRequest | None) -> Iterator[None]:
    """Run a request under its key. A refusal is remembered as the answer, like a success; when a
    twin of the request was faster, its answer is raised as Replay."""
    token = _request.set(request)
    try:
        yield
    except AppError as refusal:
        if request and refusal.status == 200 and not isinstance(refusal, _NOT_AN_ANSWER):
            _remember(request, envelope(refusal.data, refusal.code, refusal.message))
        raise
    finally:
        _request.reset(token)


# UserGone: nothing is remembered of an account that was erased while its request was under way.
_NOT_AN_ANSWER = (RequestInProgress, IdempotencyKeyReused, UserGone)


def keyed_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """`@transactional`, run once for the key of the running request, with the answer kept in the
    transaction of the effect. Every endpoint that is declared `keyed` reaches one.

    Raises Replay, RequestInProgress or IdempotencyKeyReused; without a key it is a plain
    transaction.
    """

    @transactional
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


def begin(related_id: str, answer_within: timedelta) -> None:
    """In the caller's transaction: claim the running request's key for the effect `related_id`,
    whose answer follows by `finish`.

    Raises Replay, RequestInProgress while the first request may still answer, Unfinished when it
    should have, IdempotencyKeyReused; without a key it does nothing.
    """
    request = _request.get()
    if request is not None:
        _claim(request, related_id, utcnow() + answer_within)


def finish(data: Any) -> None:
    """Keep the answer to what `begin` claimed. Raises Replay when a twin answered first."""
    request = _request.get()
    if request is not None:
        _finish(request, envelope(data))


@transactional
def _finish(request: KeyedRequest, answer: bytes) -> None:
    row = locks.idempotency_key(request.user_id, request.key, wait=True)
    if row is not None and row.answer is not None:
        raise Replay(row.answer.encode())
    _write_answer(request, answer)


def _mine(request: KeyedRequest) -> tuple[Any, Any]:
    return IdempotencyKey.user_id == request.user_id, IdempotencyKey.key == request.key


def _claim(
    request: KeyedRequest, related_id: str | None = None, until: datetime | None = None
) -> None:
    """Make the key's row, or meet the one that is there."""
    try:
        row = locks.idempotency_key(request.user_id, request.key, wait=False)
    except DBAPIError as error:
        if error_number(error) in LOCKED:
            raise RequestInProgress from None
        raise
    if _is_known(request, row):
        _meet(row)
    _insert(request, related_id=related_id, answering_until=until)


def _is_known(request: KeyedRequest, row: AnyRow | None) -> bool:
    """Whether this request was here before; forgets a row past its time."""
    if row is not None and utcnow() - row.created_at > REMEMBERED:
        execute(delete(IdempotencyKey).where(*_mine(request)))
        return False
    if row is not None and row.fingerprint != request.fingerprint:
        raise IdempotencyKeyReused
    return row is not None


def _meet(row: Any) -> NoReturn:
    if row.answer is not None:
        raise Replay(row.answer.encode())
    if row.answering_until > utcnow():
        raise RequestInProgress
    raise Unfinished(row.related_id)


def _insert(request: KeyedRequest, **columns: Any) -> None:
    row = {**asdict(request), "created_at": utcnow(), **columns}
    with on_duplicate(TryAgain):  # the twin that waited for our insert has committed
        execute(insert(IdempotencyKey), row)


def _write_answer(request: KeyedRequest, answer: bytes) -> None:
    execute(update(IdempotencyKey).where(*_mine(request)).values(answer=answer.decode()))


@transactional
def _remember(request: KeyedRequest, answer: bytes) -> None:
    """Keep a refusal. Raises Replay or IdempotencyKeyReused when the key got another answer since
    this request looked."""
    row = execute(select(IdempotencyKey).where(*_mine(request))).one_or_none()
    if not _is_known(request, row):
        _insert(request, answer=answer.decode())
    elif row is not None and row.answer is not None:
        raise Replay(row.answer.encode())
