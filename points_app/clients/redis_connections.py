"""Connections to a Redis that are left when it is no master any more.

A master that was demoted answers on: it publishes, and refuses to write (READONLY). Its connections
would stand for ever, so the refusal counts as a lost connection, and the others go with it.
"""

from typing import Any

import redis
from redis import SSLConnection, UnixDomainSocketConnection
from redis.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ReadOnlyError


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
