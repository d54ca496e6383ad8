"""Headers that protect guests, CORS, and HTTPS in production."""

import re

from flask import Flask, Response, redirect, request
from flask.globals import request_ctx
from werkzeug.wrappers import Response as AnyResponse

from points_app.config import Settings
from points_app.errors.base import InvalidInput

CORS_METHODS = "GET, POST, PUT, DELETE, OPTIONS"
CORS_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, Prefer, X-Client-Version, X-Request-ID"
)
CORS_EXPOSED = (
    "Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "X-Request-ID"
)
# Where a front end is developed: no page from elsewhere can have such an origin.
OWN_MACHINE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")
HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
# What no view sets itself; added at once, because setting each looks through all of them.
EVERYWHERE = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Vary", "Origin"),
]
NEVER_STORED = ("Cache-Control", "no-store")
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
# Data is never a page; our own pages run scripts from files of this server and nothing inline.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def init_app(app: Flask, settings: Settings) -> None:
    """Install the checks before and the headers after every request."""
    origins, is_open = settings.origins, not settings.is_production
    everywhere = [*EVERYWHERE, HTTPS_ONLY] if settings.is_production else EVERYWHERE
    of_the_api = [*everywhere, NEVER_STORED]

    @app.before_request
    def require_https() -> AnyResponse | None:
        """Reading is sent on to HTTPS. A body that came in clear is refused instead: following a
        redirect would hide from its author that everybody could read it."""
        if not settings.is_production or request.is_secure or request.path in HEALTH_PATHS:
            return None
        if request.method not in ("GET", "HEAD"):
            raise InvalidInput.of("url", "must begin with https://")
        return redirect(request.url.replace("http://", "https://", 1), 308)

    @app.before_request
    def preflight() -> Response | None:
        asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return Response(status=204) if asked else None

    @app.after_request
    def add_headers(response: Response) -> Response:
        asked, headers = request_ctx.request, response.headers
        headers.extend(of_the_api if asked.path.startswith("/api/") else everywhere)
        is_page = response.mimetype == "text/html"
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
        origin = asked.headers.get("Origin", "")
        if origin in origins or (is_open and OWN_MACHINE.fullmatch(origin)):
            _allow_origin(origin, response)
        return response


def _allow_origin(origin: str, response: Response) -> None:
    """CORS for this origin; nobody else learns that others have it."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = CORS_EXPOSED
    if response.status_code == 204:
        headers["Access-Control-Allow-Methods"] = CORS_METHODS
        headers["Access-Control-Allow-Headers"] = CORS_HEADERS
        headers["Access-Control-Max-Age"] = "600"
