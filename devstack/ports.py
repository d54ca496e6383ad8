"""TCP ports of this machine."""

import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FIRST, _BEFORE = 10_000, 32_768


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment.

    Below those that the system gives to outgoing connections: one of these could take it before the
    server does. By chance, so that two test runs beside each other hardly choose the same.
    """
    while True:
        port = random.randrange(_FIRST, _before_outgoing())
        if is_free(port):
            return port


def _before_outgoing() -> int:
    """The first port of outgoing connections, where there is room below it."""
    first = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _BEFORE
    return first if first > 2 * _FIRST else _BEFORE


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could bind `port` of `host` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
