"""The business settings in force: what a shop changes while the service runs (`system_configs`)."""

import time

from flask import current_app
from sqlalchemy import select

from points_app.database.session import execute
from points_app.models.settings import SystemConfig
from points_app.services.settings.declarations import BusinessSettings
from points_app.services.settings.texts import parse

# A change is effective in every process after at most this long; contract and issue allow 5 s.
FRESH_SECONDS = 3.0


def business() -> BusinessSettings:
    """The settings in force, at most FRESH_SECONDS old; no query in between.

    They stand under no version of points_app.freshness: requests, tasks and commands all read them,
    several times each, and without Redis every reading would be a query.
    """
    cached = current_app.extensions.get("business")
    if cached and time.monotonic() - cached[0] < FRESH_SECONDS:
        return cached[1]
    settings = parse(
        dict(execute(select(SystemConfig.config_key, SystemConfig.config_value)).all())
    )
    current_app.extensions["business"] = (time.monotonic(), settings)
    return settings


def forget() -> None:
    """Read the settings anew at their next use in this process."""
    current_app.extensions.pop("business", None)
