"""Under which name the service speaks of itself: in redirects and in links."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit


class PublicHost:
    """Wraps a WSGI app. Whatever a client wrote into `Host` or `X-Forwarded-Host`, the request's
    host is that of PUBLIC_URL: nobody is sent on to, or given a link to, another's."""

    def __init__(self, wsgi_app: Any, public_url: str) -> None:
        self._wsgi_app = wsgi_app
        self._host = urlsplit(public_url).netloc

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["HTTP_HOST"] = self._host
        return self._wsgi_app(environ, start_response)
