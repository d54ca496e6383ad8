"""Celery's way to Redis: kombu's transports, with two things mended.

A master that was demoted is left (points_app.clients.redis). And a message whose acknowledgement
got lost begins the connection anew: kombu only logs it, counts the message as still being worked
on for ever, and a worker that takes one at a time takes no other.
"""

from typing import Any

from celery.app.amqp import AMQP
from kombu.connection import Connection as KombuConnection
from kombu.transport import TRANSPORT_ALIASES, redis
from redis import ConnectionError as LostConnection
from redis import TimeoutError as NoAnswer

from points_app.clients.redis_connections import LeavingConnection, LeavingSSLConnection

RETRY_SECONDS = 2


class QoS(redis.QoS):
    """What was taken and is not acknowledged yet."""

    def ack(self, delivery_tag: str) -> None:
        """As kombu's; the worker's loop hears of a failure as well."""
        self._tell(super().ack, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """As kombu's; the worker's loop hears of a failure as well."""
        self._tell(super().reject, delivery_tag, requeue)

    def _tell(self, settle: Any, *arguments: Any) -> None:
        try:
            settle(*arguments)
        except (LostConnection, NoAnswer):
            self.channel.connection.is_lost = True
            raise


class _BeginsAnew(redis.Transport):
    """A transport that makes the worker's loop begin anew once its connection counts as lost."""

    is_lost = False

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """As kombu's."""
        super().register_with_event_loop(connection, loop)

        def look() -> None:
            if self.is_lost:
                loop.on_tick.discard(look)
                raise LostConnection("a message could not be acknowledged")

        loop.on_tick.add(look)


class Channel(redis.Channel):
    """One server's."""

    QoS = QoS
    connection_class = LeavingConnection
    connection_class_ssl = LeavingSSLConnection


class Transport(_BeginsAnew, redis.Transport):
    """One server's."""

    Channel = Channel


class SentinelChannel(redis.SentinelChannel):
    """The master's that Sentinel names; its connections leave a demoted one by themselves."""

    QoS = QoS


class SentinelTransport(_BeginsAnew, redis.SentinelTransport):
    """The master's that Sentinel names."""

    Channel = SentinelChannel


class Connection(KombuConnection):
    """Comes back soon: kombu waits longer each time, up to 30 s, and gives up after a while."""

    def ensure_connection(self, *arguments: Any, **options: Any) -> Any:
        """As kombu's, at an even pace."""
        pace = {"interval_start": RETRY_SECONDS, "interval_step": 0}
        return super().ensure_connection(*arguments, **{**pace, **options})


class Amqp(AMQP):
    """What Celery makes its connections with."""

    Connection = Connection


def install() -> None:
    """Make them kombu's transports in this process: it finds them by the scheme of the URL."""
    one, several = f"{__name__}:Transport", f"{__name__}:SentinelTransport"
    TRANSPORT_ALIASES.update({"redis": one, "rediss": one, "sentinel": several})
