"""REDIS_URL: one server, or the master that Sentinel names.

redis://user:password@host:6379/0       rediss:// with TLS, unix:///path?db=0
redis+sentinel://user:password@host:26379,host:26379/service/0?sentinel_password=...
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from points_app import addresses

NO_CLUSTER = (
    "names a Redis cluster, on which scripts over several keys fail: use one server, or the master "
    "that Sentinel names (redis+sentinel://)"
)
SENTINEL = "redis+sentinel"
SENTINEL_PORT = 26379
PLAIN = ("redis", "rediss", "unix")


@dataclass(frozen=True)
class SentinelAddress:
    """Where the sentinels are, as (host, port), and whose master they are asked for. The password
    is the master's; `sentinel_password` theirs."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    db: int
    username: str | None
    password: str | None
    sentinel_password: str | None


def problem(url: str) -> str | None:
    """What is wrong with a REDIS_URL, as a sentence; None when nothing is."""
    scheme = url.partition("://")[0]
    if "cluster" in scheme:
        return NO_CLUSTER
    if scheme in PLAIN:
        parts = addresses.split(url)
        if parts is None:
            return addresses.UNREADABLE
        return None if parts.hostname or scheme == "unix" else "names no host: redis://host:6379/0"
    if scheme != SENTINEL:
        return f"must start with redis://, rediss://, unix:// or {SENTINEL}://"
    try:
        sentinel(url)
    except ValueError as error:
        return f"must look like {SENTINEL}://host:26379,host:26379/service: {error}"
    return None


def sentinel(url: str) -> SentinelAddress | None:
    """The parts of a sentinel URL; None for a plain one. Raises ValueError."""
    parsed = urlsplit(url)
    if parsed.scheme != SENTINEL:
        return None
    credentials, _, hosts = parsed.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    service, _, db = parsed.path.strip("/").partition("/")
    if not service:
        raise ValueError("the service has no name")
    if db and not db.isdecimal():
        raise ValueError(f"{db!r} is no number of a database")
    given = parse_qs(parsed.query).get("sentinel_password", [None])[0]
    return SentinelAddress(
        sentinels=tuple(_host(each) for each in hosts.split(",")),
        service=unquote(service),
        db=int(db or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_password=given,
    )


def _host(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    if not host or not (port or str(SENTINEL_PORT)).isdecimal():
        raise ValueError(f"{text!r} is no host:port")
    return host, int(port or SENTINEL_PORT)


def broker(url: str) -> tuple[str, dict[str, Any]]:
    """The same for Celery: (broker_url, what to add to broker_transport_options)."""
    address = sentinel(url)
    if address is None:
        return _unix(url) if url.startswith("unix:") else url, {}
    user = quote(address.username or "", safe="")
    login = f"{user}:{quote(address.password, safe='')}@" if address.password else ""
    hosts = [f"sentinel://{login}{host}:{port}/{address.db}" for host, port in address.sentinels]
    options: dict[str, Any] = {"master_name": address.service}
    if address.sentinel_password:
        options["sentinel_kwargs"] = {"password": address.sentinel_password}
    return ";".join(hosts), options


def _unix(url: str) -> str:
    parsed = urlsplit(url)
    db = parse_qs(parsed.query).get("db", ["0"])[0]
    return f"redis+socket://{parsed.path}?virtual_host={db}"
