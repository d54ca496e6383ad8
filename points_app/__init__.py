"""The points and lottery backend of a restaurant group. `create_app` puts it together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from points_app.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The web application: the base app with its HTTP and WebSocket sides and its commands.

    Raises ConfigurationError when the environment cannot run the service.
    """
    # Here, so that the process that decodes pictures (points_app.reading.child) loads none of it.
    from flask_sock import Sock

    from points_app.base import create_base_app
    from points_app.cli import init_cli
    from points_app.http import init_http
    from points_app.realtime import init_realtime
    from points_app.realtime.viewers import viewer
    from points_app.services.accounts.revocations import Watch

    app = create_base_app(settings)
    settings = app.config["SETTINGS"]
    init_http(app, settings)
    sock = Sock()
    realtime = init_realtime(app, sock, settings, viewer, settings.redis_url)
    app.extensions["revocations"] = Watch(app, realtime.close_session)
    sock.init_app(app)
    init_cli(app)
    return app
