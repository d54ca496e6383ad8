"""The HTTP side: parse, call a service, answer. No SQL and no business rule lives here."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from points_app.config import Settings
from points_app.http import code_limits, errors, limits, observe, paths, security
from points_app.http.api import Area
from points_app.http.endpoints import (
    admin,
    auth,
    docs,
    exchange,
    files,
    health,
    lottery,
    merchant_catalogue,
    merchant_orders,
    merchant_reviews,
    monitoring,
    photo,
    points,
    user,
)
from points_app.http.host import PublicHost
from points_app.http.slow import BodyDeadline
from points_app.notices.publisher import Publisher

AREAS: tuple[Area, ...] = (
    auth.area,
    user.area,
    points.area,
    lottery.area,
    exchange.area,
    photo.area,
    merchant_reviews.area,
    merchant_catalogue.area,
    merchant_orders.area,
    admin.area,
    monitoring.area,
)
# Larger than the largest picture, so that a guest whose photo is too big is told so (5002).
MAX_BODY_BYTES = 32 * 1024 * 1024
# Werkzeug counts what it has read of a file but not yet handed on, up to 64 KiB and a boundary.
MAX_FORM_BYTES = 256 * 1024


def init_http(app: Flask, settings: Settings) -> None:
    """Register every route and what surrounds them."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_BYTES
    proxies = settings.trusted_proxies
    app.wsgi_app = BodyDeadline(  # type: ignore[method-assign]
        app.wsgi_app, settings.body_seconds
    )
    if settings.public_url:
        app.wsgi_app = PublicHost(  # type: ignore[method-assign]
            app.wsgi_app, settings.public_url
        )
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
    )
    observe.init_app(app, settings)
    security.init_app(app, settings)
    code_limits.init_app(app, settings)
    limits.init_app(app)
    app.extensions["publisher"] = Publisher(app.extensions["parts"].redis)
    errors.init_app(app)
    paths.init_app(app)
    for area in AREAS:
        app.register_blueprint(area)
    app.register_blueprint(files.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(docs.blueprint)
