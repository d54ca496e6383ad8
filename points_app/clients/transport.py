"""One HTTPS POST that answers JSON: all that the SMS and OCR vendors ask for.

Built on ``http.client`` and not on a pooling library, for three reasons: the caller must know
whether a failed request can have reached the vendor (connecting and sending are separate steps
here, and no stale pooled connection blurs them); pooling libraries write whole URLs into their
debug logs, and these URLs carry keys, tokens and phone numbers; a redirect is never followed.
"""

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import SplitResult

CONNECT_TIMEOUT = 3.0
MAX_ANSWER_BYTES = 1024 * 1024
_ERROR_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")
_REQUEST_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class TransportError(Exception):
    """The exchange failed. ``sent`` is true when the vendor may have acted on the request.

    The text names the kind of failure only: never the URL, a header or a body.
    """

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


def post_json(
    endpoint: SplitResult,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    timeout: float,
) -> dict[str, Any]:
    """POST ``body`` to ``target`` (path and query) and return the JSON object answered.

    ``timeout`` is in seconds for each wait on the socket. The HTTP status is not looked at: these
    vendors say in the JSON what went wrong, with statuses that differ by gateway.
    Raises TransportError, also for an answer that is too long or is not a JSON object.
    """
    connection = _connect(endpoint, timeout)
    try:
        connection.request("POST", endpoint.path + target, body=body, headers=dict(headers))
        answer = connection.getresponse().read(MAX_ANSWER_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        # ValueError: a key with a line break or a Chinese character cannot be a header.
        raise TransportError(f"no answer ({type(error).__name__})", sent=True) from None
    finally:
        connection.close()
    return _parse_object(answer)


def is_vendor_code(code: object) -> bool:
    """Whether a vendor's error code looks like one."""
    return isinstance(code, str) and _ERROR_CODE.fullmatch(code) is not None


def vendor_label(code: object, request_id: object) -> str:
    """What an error text may quote from a vendor: its code and request id, when they look so.

    A vendor's message is never quoted, it may repeat the phone number or the key.
    """
    known_id = isinstance(request_id, str) and _REQUEST_ID.fullmatch(request_id)
    label = str(code) if is_vendor_code(code) else "no readable error code"
    return f"{label} (request {request_id})" if known_id else label


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connect(endpoint: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host, port = endpoint.hostname or "", endpoint.port
    connect_timeout = min(CONNECT_TIMEOUT, timeout)
    connection = (
        http.client.HTTPSConnection(host, port, timeout=connect_timeout, context=_tls())
        if endpoint.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=connect_timeout)
    )
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise TransportError(f"cannot connect ({type(error).__name__})", sent=False) from None
    connection.sock.settimeout(timeout)
    return connection


def _parse_object(answer: bytes) -> dict[str, Any]:
    if len(answer) > MAX_ANSWER_BYTES:
        raise TransportError("the answer is too long", sent=True)
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        raise TransportError("the answer is not JSON", sent=True) from None
    if not isinstance(value, dict):
        raise TransportError("the answer is not a JSON object", sent=True)
    return value
