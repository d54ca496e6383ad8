"""The door in front of the app: who may upgrade, and no token past this point.

A WSGI middleware, because it must act before the upgrade, and before anything can log the URL.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Flask

from points_app.errors.accounts import AccessTokenInvalid, AccessTokenMissing
from points_app.errors.base import AppError, InvalidInput, ServiceUnavailable
from points_app.metrics import UPGRADES
from points_app.realtime.connection import Viewer
from points_app.realtime.handover import SOCKET_KEY, answer_and_close, read_ahead

log = logging.getLogger(__name__)

ROUTE = "/ws"
PATHS = frozenset({ROUTE, "/"})
ADMISSION_KEY = "points_app.admission"
_HANDSHAKE_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_TOKEN_IN_TEXT = re.compile(r"(token(?:=|%3d))[^\s&'\"]+|eyJ[\w-]+\.[\w-]+\.[\w-]*", re.IGNORECASE)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may upgrade. `knocked_at` (time.monotonic) is when the token's check began, `since` the
    last sequence number the client says it has, `said` what it sent without waiting."""

    viewer: Viewer
    knocked_at: float
    since: int | None
    said: bytes


class Gate:
    """Wraps a Flask app's `wsgi_app`.

    `authenticate` turns an access token into a Viewer, or None; it runs inside an app context.
    `has_room` tells whether one more socket fits.
    """

    def __init__(
        self,
        app: Flask,
        authenticate: Callable[[str], Viewer | None],
        has_room: Callable[[], bool],
    ) -> None:
        self._app = app
        self._wsgi_app = app.wsgi_app
        self._authenticate = authenticate
        self._has_room = has_room

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        pairs = redact(environ)
        if environ["PATH_INFO"] not in PATHS:
            return self._wsgi_app(environ, start_response)
        if _wants_upgrade(environ):
            # A parameter may come twice: its first value that is not empty counts.
            refusal = self._admit(environ, {name: text for name, text in pairs[::-1] if text})
        elif environ["PATH_INFO"] == ROUTE:
            refusal = HTTPStatus.UPGRADE_REQUIRED, InvalidInput()
        else:
            refusal = None
        if refusal is not None:
            return _refuse(environ, start_response, *refusal)
        return self._wsgi_app(environ, start_response)

    def _admit(
        self, environ: Environ, parameters: dict[str, str]
    ) -> tuple[HTTPStatus, AppError] | None:
        """Prepare the upgrade, or say why there is none."""
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
            return HTTPStatus.UPGRADE_REQUIRED, InvalidInput()
        if not _HANDSHAKE_KEY.fullmatch(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")):
            return HTTPStatus.BAD_REQUEST, InvalidInput()
        if _has_body(environ):  # its end could not be told from the first frame
            return HTTPStatus.BAD_REQUEST, InvalidInput()
        token = parameters.get("token")
        if not token:
            return HTTPStatus.UNAUTHORIZED, AccessTokenMissing()
        if not self._has_room():
            return HTTPStatus.SERVICE_UNAVAILABLE, ServiceUnavailable()
        knocked_at = time.monotonic()
        try:
            with self._app.app_context():
                viewer = self._authenticate(token)
        except Exception as error:
            # None of Flask's error handling is around us. The type alone holds no secret.
            log.error("a token could not be checked: %s", type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE, ServiceUnavailable()
        if viewer is None:
            return HTTPStatus.UNAUTHORIZED, AccessTokenInvalid()
        UPGRADES.labels("101").inc()
        environ["PATH_INFO"] = ROUTE
        environ[ADMISSION_KEY] = Admission(
            viewer, knocked_at, _since(parameters), read_ahead(environ)
        )
        return None


def hide_tokens(record: logging.LogRecord) -> bool:
    """A logging filter for lines written before the gate is reached.

    gunicorn quotes a request line it cannot parse, with whatever the query holds.
    """
    text = record.getMessage()
    clean = _TOKEN_IN_TEXT.sub(lambda match: f"{match[1] or ''}[hidden]", text)
    if clean != text:
        record.msg, record.args = clean, ()
    return True


def redact(environ: Environ) -> list[tuple[str, str]]:
    """Take every parameter named like a token out of what may be logged; returns all parameters
    there were, as pairs of name and text."""
    if "HTTP_REFERER" in environ:
        environ["HTTP_REFERER"] = environ["HTTP_REFERER"].partition("?")[0]
    query = environ.get("QUERY_STRING", "")
    pairs = parse_qsl(query, keep_blank_values=True) if query else []
    kept = [pair for pair in pairs if not pair[0].strip().lower().endswith("token")]
    if len(kept) < len(pairs):
        environ["QUERY_STRING"] = clean = urlencode(kept)
        path = environ.get("RAW_URI", "").partition("?")[0]
        environ["RAW_URI"] = f"{path}?{clean}" if clean else path
    return pairs


def _wants_upgrade(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        and "upgrade" in environ.get("HTTP_CONNECTION", "").lower()
    )


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ


def _since(parameters: dict[str, str]) -> int | None:
    """The last sequence number the client has seen; 0 for one that is not a number."""
    if "since" not in parameters:
        return None
    text = parameters["since"]
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) else 0


def _refuse(
    environ: Environ, start_response: StartResponse, status: HTTPStatus, error: AppError
) -> list[bytes]:
    """Answer with the envelope; straight to the socket where there is one."""
    UPGRADES.labels(str(int(status))).inc()
    body = orjson.dumps({"code": error.code, "msg": error.message, "data": None})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if status is HTTPStatus.UPGRADE_REQUIRED:
        headers += [("Sec-WebSocket-Version", "13"), ("Upgrade", "websocket")]
    if error.retry_after:
        headers.append(("Retry-After", str(error.retry_after)))
    line = f"{status} {status.phrase}"
    if SOCKET_KEY in environ and _wants_upgrade(environ):
        lines = [f"HTTP/1.1 {line}", "Connection: close", *(": ".join(each) for each in headers)]
        answer_and_close(environ[SOCKET_KEY], "\r\n".join([*lines, "", ""]).encode() + body)
    start_response(line, headers)
    return [body]
