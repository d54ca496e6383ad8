"""Redis, reached so that nobody waits for it, and left when it is no master any more
(redis_connections.py)."""

from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from points_app import redis_url
from points_app.clients.redis_connections import (
    LeavingConnection,
    LeavingPool,
    LeavingSocketConnection,
    LeavingSSLConnection,
)

TIMEOUT = 0.3


CONNECTIONS = {
    "redis": LeavingConnection,
    "rediss": LeavingSSLConnection,
    "unix": LeavingSocketConnection,
}


def make_redis(url: str, timeout: float = TIMEOUT, **options: Any) -> Redis:
    """A client that fails fast: a guest never waits for a Redis that is gone.

    `timeout` in seconds bounds connecting and each answer; nothing is retried. `options` go to
    redis-py as they are.
    """
    connecting = {
        "socket_timeout": timeout,
        "socket_connect_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": True,
        "health_check_interval": 30,
        **options,
    }
    address = redis_url.sentinel(url)
    if address is None:
        kind = CONNECTIONS[urlsplit(url).scheme]
        return Redis.from_pool(LeavingPool.from_url(url, connection_class=kind, **connecting))
    asking = {"socket_timeout": TIMEOUT, "password": address.sentinel_password}
    sentinel = Sentinel(
        address.sentinels,
        sentinel_kwargs=asking,
        db=address.db,
        username=address.username,
        password=address.password,
        **connecting,
    )
    return sentinel.master_for(address.service)
