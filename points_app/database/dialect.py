"""PyMySQL's dialect without the round trips that change nothing."""

import select
import time
from collections.abc import Callable
from typing import Any

from pymysql.constants import SERVER_STATUS
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql

# A connection back in use so soon is taken for alive when its socket has nothing to tell.
TRUSTED_SECONDS = 1.0
# The server at the other end is not the one that takes writes (any more): it is read-only (1290,
# 1836), the transaction is (1792), or its node has left the cluster (1047). MySQL error reference.
WRONG_SERVER = frozenset({1290, 1792, 1836, 1047})


class LeanDialect(MySQLDialect_pymysql):
    """PyMySQL's dialect without the round trips that change nothing.

    Connections stay in autocommit: reads need no transaction (under READ COMMITTED each statement
    sees the newest state anyway), writes begin one explicitly. So there is something to end only
    when the server's last word says so, and a reading request is its queries and nothing else.
    """

    supports_statement_cache = True
    is_writing: Callable[[], bool] = staticmethod(lambda: False)

    def do_begin(self, dbapi_connection: Any) -> None:
        if self.is_writing():
            dbapi_connection.query("BEGIN")

    def do_commit(self, dbapi_connection: Any) -> None:
        if _in_transaction(dbapi_connection):
            super().do_commit(dbapi_connection)

    def do_rollback(self, dbapi_connection: Any) -> None:
        if _in_transaction(dbapi_connection):
            super().do_rollback(dbapi_connection)

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        """A wrong server counts as one that went away: every resting connection goes with it, and
        new ones reach whoever has taken over, instead of those that the pool would recycle."""
        arguments = getattr(e, "args", None) or (None,)
        return arguments[0] in WRONG_SERVER or super().is_disconnect(e, connection, cursor)

    def do_ping(self, dbapi_connection: Any) -> Any:
        """A server that went away has closed the socket, which costs no round trip to see; one
        that vanished without a word is asked."""
        if _has_news(dbapi_connection._sock):
            return False
        rested = time.monotonic() - getattr(dbapi_connection, "rests_since", 0.0)
        return rested < TRUSTED_SECONDS or super().do_ping(dbapi_connection)


def _in_transaction(connection: Any) -> bool:
    return bool(connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)


def _has_news(sock: Any) -> bool:
    """Whether a resting connection has bytes or an end to read; there should be neither."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(0))
