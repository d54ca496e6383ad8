"""The WebSocket side: guests hear what concerns them, at once, however many they are.

gate -> flask-sock's upgrade -> handover -> hub; Redis -> relay -> hub.
"""

import logging
from collections.abc import Callable
from typing import Protocol

from flask import Flask
from flask_sock import Sock

from points_app.realtime.connection import Viewer
from points_app.realtime.gate import ROUTE, Gate, hide_tokens
from points_app.realtime.service import Realtime

_services: list[Realtime] = []


class RelaySettings(Protocol):
    """The part of the settings the relay reads."""

    @property
    def max_sockets(self) -> int: ...


def init_realtime(
    app: Flask,
    sock: Sock,
    settings: RelaySettings,
    authenticate: Callable[[str], Viewer | None],
    redis_url: str,
) -> Realtime:
    """Serve WebSockets on /ws and / of `app`, and put the gate in front of everything.

    `authenticate` gets an access token, inside an app context, and returns whose it is or None.
    `settings.max_sockets` bounds the sockets of one process. Call it before `sock.init_app(app)`.
    """
    service = Realtime(redis_url, settings.max_sockets)
    _services.append(service)
    sock.route(ROUTE, endpoint="realtime")(service.welcome)
    app.wsgi_app = Gate(app, authenticate, service.has_room)  # type: ignore[method-assign]
    logging.getLogger("gunicorn.error").addFilter(hide_tokens)
    return service


def begin_shut_down() -> None:
    """Send every guest 1012 and admit no more; the sockets are closed within half a second."""
    for service in _services:
        service.begin_stop()


def shut_down() -> None:
    """The same, and wait for the threads' end."""
    begin_shut_down()
    for service in _services:
        service.join()


def socket_count() -> int:
    """Sockets this process holds."""
    return sum(len(service) for service in _services)
