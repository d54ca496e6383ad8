"""Redis, reached so that nobody waits for it, and left when it is no master any more.

A master that was demoted answers on: it publishes, and refuses to write (READONLY). Its connections
would stand for ever, so the refusal counts as a lost connection, and the others go with it.
"""

from typing import Any
from urllib.parse import urlsplit

import redis
from redis import Redis, SSLConnection, UnixDomainSocketConnection
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ReadOnlyError
from redis.retry import Retry
from redis.sentinel import Sentinel

from points_app import redis_url

TIMEOUT = 0.3


class Leaving(AbstractConnection):
    """A connection that ends when the other end is no master."""

    has_left = False

    def read_response(self, *args: Any, **options: Any) -> Any:
        """As redis-py's; raises redis.ConnectionError instead of ReadOnlyError."""
        try:
            return super().read_response(*args, **options)
        except ReadOnlyError:
            self.has_left = True
            self.disconnect()
            raise redis.ConnectionError("this Redis is a replica now") from None


class LeavingConnection(Leaving, redis.Connection):
    """By TCP."""


class LeavingSSLConnection(Leaving, SSLConnection):
    """By TLS."""


class LeavingSocketConnection(Leaving, UnixDomainSocketConnection):
    """By a file."""


class LeavingPool(ConnectionPool):
    """Gives up all resting connections with the first one that leaves."""

    def release(self, connection: Any) -> None:
        """As redis-py's."""
        has_left, connection.has_left = getattr(connection, "has_left", False), False
        super().release(connection)
        if has_left:
            self.disconnect(inuse_connections=False)


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


def is_cluster(client: Redis) -> bool:
    """Whether this is a part of a Redis cluster. Raises redis.RedisError."""
    return bool(client.info("cluster").get("cluster_enabled"))


def role(client: Redis) -> str:
    """`master`, or what it is instead. Raises redis.RedisError."""
    return str(client.info("replication")["role"])


def try_to_write(client: Redis) -> None:
    """Write a mark that is gone a minute later. Raises redis.ResponseError of a master whose memory
    or disk is full, another redis.RedisError otherwise."""
    client.set("health", 1, ex=60)
