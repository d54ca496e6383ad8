"""Every failure becomes the envelope. What happened goes to the log, never to the client."""

import logging
import math
import time

from flask import Flask, Response, g
from flask_limiter.errors import RateLimitExceeded
from gunicorn.http.errors import ParseException
from redis import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from points_app import metrics
from points_app.clients.storage.base import StorageError
from points_app.database.errors import TryAgain, is_disk_full, is_unavailable
from points_app.errors.base import (
    AppError,
    BodyTooLarge,
    InvalidInput,
    MethodRefused,
    RouteUnknown,
    ServiceUnavailable,
    SystemFailure,
    TooManyRequests,
)
from points_app.extensions import limiter
from points_app.http import code_limits
from points_app.services.idempotency import Replay
from points_app.services.privacy.keys import UnknownKeys
from points_app.wire import envelope

log = logging.getLogger(__name__)

# What a failure says is down. Redis' and the pool's errors share names.
DEPENDENCIES = (
    (RedisError, "redis"),
    (StorageError, "storage"),
    (UnknownKeys, "keys"),
    ((DBAPIError, PoolTimeout, TryAgain), "database"),
)


def init_app(app: Flask) -> None:
    """Install the handlers, the most specific first."""
    app.register_error_handler(AppError, refuse)
    app.register_error_handler(Replay, _replay)
    app.register_error_handler(NotFound, lambda _: refuse(RouteUnknown()))
    app.register_error_handler(MethodNotAllowed, _method_refused)
    app.register_error_handler(RequestEntityTooLarge, lambda _: refuse(BodyTooLarge()))
    app.register_error_handler(RateLimitExceeded, _rate_limited)
    app.register_error_handler(HTTPException, _bad_request)
    app.register_error_handler(ParseException, _body_broken)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(UnknownKeys, _keys_unknown)
    for down in (PoolTimeout, RedisError, StorageError, TryAgain, ServiceUnavailable):
        app.register_error_handler(down, _unavailable)
    app.register_error_handler(Exception, _unexpected)


def refuse(error: AppError, code: int | None = None) -> Response:
    """The envelope of a refusal; `code` stands in for the error's own (503 of an area)."""
    g.code = code or error.code
    if error.status == 429:
        metrics.LIMITED.labels(str(g.code)).inc()
    response = Response(
        envelope(error.data, g.code, error.message), error.status, mimetype="application/json"
    )
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _replay(replay: Replay) -> Response:
    response = Response(replay.answer, mimetype="application/json")
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _method_refused(error: MethodNotAllowed) -> Response:
    response = refuse(MethodRefused())
    response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _rate_limited(error: RateLimitExceeded) -> Response:
    """A limit that Flask-Limiter counts; the others are refused by `limits` itself."""
    too_many = TooManyRequests()
    whose = "everybody" if error.limit.key_func is code_limits.everybody else "address"
    metrics.CODES_REFUSED.labels(whose).inc()
    exceeded = limiter.current_limit
    reset = exceeded.reset_at - time.time() if exceeded else error.limit.limit.get_expiry()
    too_many.retry_after = max(1, math.ceil(reset))
    g.rate_limit = (error.limit.limit.amount, 0, too_many.retry_after)
    return refuse(too_many)


def _bad_request(error: HTTPException) -> Response:
    """What Werkzeug itself could not parse."""
    return refuse(InvalidInput.of("request", error.name))


def _body_broken(error: ParseException) -> Response:
    """gunicorn parses chunks while a view reads them. It parses what follows before it serves the
    connection's next request, and hangs up."""
    return refuse(InvalidInput.of("body", f"malformed chunks: {type(error).__name__}"))


def _database_failed(error: DBAPIError) -> Response:
    if is_disk_full(error):
        log.critical("database_disk_full")
        return _unavailable(error, "DiskFull")
    return _unavailable(error) if is_unavailable(error) else _unexpected(error)


def _keys_unknown(error: UnknownKeys) -> Response:
    """The database came up after this process, and is not the one of our keys."""
    log.critical("keys_unknown", extra={"missing": error.missing})
    return _unavailable(error)


def _unavailable(error: Exception, name: str | None = None) -> Response:
    """A dependency is down: 503 with the area's code, and the client may try again. `name` says
    what is the matter where the error's own name does not."""
    name = name or type(error).__name__
    dependency = next((what for kind, what in DEPENDENCIES if isinstance(error, kind)), "service")
    metrics.UNAVAILABLE.labels(dependency, name).inc()
    log.error("dependency_unavailable", extra={"dependency": dependency, "error": name})
    failure = _failure()
    return refuse(ServiceUnavailable(), failure.code if failure else None)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected_failure", exc_info=error)
    return refuse((_failure() or SystemFailure)())


def _failure() -> type[AppError] | None:
    operation = g.get("operation")
    return operation.failure if operation else None
