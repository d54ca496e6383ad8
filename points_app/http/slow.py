"""A deadline for the bodies of requests: a thread that waits for the next byte serves nobody else.

In production a proxy stands in front that buffers requests (docs/security.md). This is the second
line. When a body takes longer than BODY_SECONDS, the server stops reading the client's socket, and
the request fails like one that was cut off.
"""

import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from points_app.threads import Lasting

CHECK_SECONDS = 0.5


class BodyDeadline:
    """Wraps a WSGI app. One thread a process looks at the requests whose bodies are due.

    Needs gunicorn's `gunicorn.socket`; under other servers it does nothing.
    """

    def __init__(self, wsgi_app: Any, seconds: float) -> None:
        self._wsgi_app = wsgi_app
        self._seconds = seconds
        self._due: dict[socket.socket, float] = {}
        self._changing = threading.Lock()
        self._watching = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is None or not _has_body(environ):
            return self._wsgi_app(environ, start_response)
        self._watch(connection)
        try:
            return self._wsgi_app(environ, start_response)
        finally:
            with self._changing:
                self._due.pop(connection, None)

    def _watch(self, connection: socket.socket) -> None:
        with self._changing:
            self._due[connection] = time.monotonic() + self._seconds
            if not self._watching:  # in the process that serves, not in the one that forked it
                self._watching = True
                Lasting("body-deadline", self._run).start()

    def _run(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            now = time.monotonic()
            with self._changing:
                late = [connection for connection, due in self._due.items() if due < now]
                for connection in late:
                    del self._due[connection]
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RD)


def _has_body(environ: dict[str, Any]) -> bool:
    return (
        environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ
    )
