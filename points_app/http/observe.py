"""One log line and one count for each request, and the request's id on everything it causes."""

import logging
import re
import time

from flask import Flask, Response
from flask.globals import app_ctx, request_ctx
from structlog.contextvars import bind_contextvars, clear_contextvars
from ulid import ULID

from points_app import metrics
from points_app.config import Settings
from points_app.database import session

log = logging.getLogger(__name__)
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")


def init_app(app: Flask, settings: Settings) -> None:
    """Start and end the record of every request."""
    metrics.POOL_SIZE.set(settings.db_pool_size)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    noted = app_ctx.g
    noted.started = time.perf_counter()
    given = request_ctx.request.headers.get("X-Request-ID", "")
    noted.request_id = given if REQUEST_ID.fullmatch(given) else str(ULID())
    clear_contextvars()
    bind_contextvars(request_id=noted.request_id)


def _end(response: Response) -> Response:
    request, noted = request_ctx.request, app_ctx.g  # each look through a proxy costs
    response.headers["X-Request-ID"] = noted.request_id
    version = request.headers.get("X-Client-Version", "")
    route = request.url_rule.rule if request.url_rule else "unknown"
    code, seconds = noted.get("code", 0), time.perf_counter() - noted.started
    metrics.POOL_USED.set(session.connections_used())
    metrics.request_answered(request.method, route, response.status_code, code, seconds)
    fields = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "code": code,
        "user_id": noted.get("user_id"),
        "client_version": version if REQUEST_ID.fullmatch(version) else None,
        "ms": round(seconds * 1000, 1),
        "queries": session.query_count(),
    }
    log.info("request", extra=fields)
    return response
