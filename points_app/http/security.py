"""Headers that protect guests, CORS, and HTTPS in production."""

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from points_app.config import Settings
from points_app.errors import InvalidInput

CORS_METHODS = "GET, POST, PUT, DELETE, OPTIONS"
CORS_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, Prefer, X-Client-Version, X-Request-ID"
)
CORS_EXPOSED = (
    "Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "X-Request-ID"
)
HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
# Data is never a page; our own pages run scripts from files of this server and nothing inline.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def init_app(app: Flask, settings: Settings) -> None:
    """Install the checks before and the headers after every request."""
    origins = frozenset(filter(None, (o.strip() for o in settings.cors_origins.split(","))))

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
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Frame-Options"] = "DENY"
        is_page = response.mimetype == "text/html"
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
        if request.path.startswith("/api/"):
            headers["Cache-Control"] = "no-store"
        if settings.is_production:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        _allow_origin(response, origins)
        return response


def _allow_origin(response: Response, origins: frozenset[str]) -> None:
    """CORS for origins on the list, exactly; nobody else learns that there is a list."""
    origin = request.headers.get("Origin")
    response.vary.add("Origin")
    if origin not in origins:
        return
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = CORS_EXPOSED
    if response.status_code == 204:
        headers["Access-Control-Allow-Methods"] = CORS_METHODS
        headers["Access-Control-Allow-Headers"] = CORS_HEADERS
        headers["Access-Control-Max-Age"] = "600"
