"""One log line and one count for each request, and the request's id on everything it causes."""

import logging
import re
import time

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from ulid import ULID

from points_app import db, metrics
from points_app.config import Settings

log = logging.getLogger(__name__)
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")


def init_app(app: Flask, settings: Settings) -> None:
    """Start and end the record of every request."""
    metrics.POOL_SIZE.set(settings.db_pool_size)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else str(ULID())
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    version = request.headers.get("X-Client-Version", "")
    route = request.url_rule.rule if request.url_rule else "unknown"
    code, seconds = g.get("code", 0), time.perf_counter() - g.started
    metrics.POOL_USED.set(db.connections_used())
    metrics.request_answered(request.method, route, response.status_code, code, seconds)
    fields = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "code": code,
        "user_id": g.get("user_id"),
        "client_version": version if REQUEST_ID.fullmatch(version) else None,
        "ms": round(seconds * 1000, 1),
        "queries": db.query_count(),
    }
    log.info("request", extra=fields)
    return response
