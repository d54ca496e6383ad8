"""How a process of the service starts: what it reads, and when it ends instead.

`python -m points_app.start` reads and checks the configuration and does nothing else: gunicorn's
master asks it before it opens a port (gunicorn.conf.py).
"""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from dotenv import load_dotenv

from points_app.config import ConfigurationError, Settings

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"
# gunicorn's own number for a worker that cannot boot: its master then ends too, with all workers
# (gunicorn/arbiter.py, WORKER_BOOT_ERROR). Any other number makes it try again for ever.
CANNOT_START = 3


def load_environment() -> None:
    """Add to the environment what the project's .env says; a variable that is set stays as it is.

    FLASK_SKIP_DOTENV=1 leaves the file alone, for every process as for the command `flask`.
    """
    if os.environ.get("FLASK_SKIP_DOTENV") != "1":
        load_dotenv(ENV_FILE)


def read_settings() -> Settings:
    """The settings of this process; ends it with the list of all that is wrong with them."""
    load_environment()
    try:
        return Settings.from_env(os.environ)
    except ConfigurationError as error:
        give_up(f"{error}\n.env.example explains every variable.")


def is_command() -> bool:
    """Whether the command `flask` loads the app, and not a server."""
    return click.get_current_context(silent=True) is not None


def asks_for_help() -> bool:
    """Whether a command is only asked what it does, for which nothing needs to be set."""
    return is_command() and "--help" in sys.argv


def check_surroundings(app: "Flask") -> None:
    """End the process when it would do harm: another key than the database's, a Redis that cannot
    carry notices. What does not answer yet ends nothing, so that the order in which machines come
    up does not matter; the keys are then checked when they are first needed
    (services/privacy/keys.py)."""
    # Here, so that the master's check of the configuration loads none of it.
    from redis import RedisError

    from points_app import redis_url
    from points_app.clients import redis_server
    from points_app.extensions import parts
    from points_app.services.privacy import keys

    with app.app_context():
        try:
            keys.check()
        except keys.UnknownKeys as error:
            give_up(str(error))
        except keys.UNREACHABLE as error:
            log.warning("keys_not_checked_yet", extra={"error": type(error).__name__})
        try:
            if redis_server.is_cluster(parts.redis):
                give_up(f"REDIS_URL {redis_url.NO_CLUSTER}")
        except RedisError as error:
            log.warning("redis_not_there_yet", extra={"error": type(error).__name__})


def give_up(reason: str) -> NoReturn:
    """End this process, and gunicorn's master with it, for a reason that a person reads."""
    # Its parent may have made a pipe that nobody reads one that does not wait (points_app.stderr).
    with suppress(BlockingIOError):
        print(reason, file=sys.stderr, flush=True)
    sys.exit(CANNOT_START)


if __name__ == "__main__":
    read_settings()
