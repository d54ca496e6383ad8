"""How many files and connections a process may have open, and what they are kept for.

gunicorn.conf.py reads this file by its path: it imports nothing of the application.
"""

import resource

# For what a process opens beside its connections: database and Redis for every thread, pictures
# being decoded, files.
KEPT_FREE = 256


def raise_limit() -> None:
    """Raise the soft limit of open files to the hard one; what this process starts inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def for_connections() -> int:
    """How many descriptors a process may have open before it refuses connections."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return allowed - min(KEPT_FREE, allowed // 4)


def for_sockets() -> int:
    """How many of them WebSockets may take: requests find room however many guests listen."""
    allowed = for_connections()
    return allowed - min(KEPT_FREE, allowed // 4)
