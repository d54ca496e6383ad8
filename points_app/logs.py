"""Logging: one JSON line an event for machines, readable lines in a terminal."""

import logging
import re
import sys
from typing import Any

import orjson
import structlog
from structlog.types import EventDict, Processor

from points_app.config import Settings
from points_app.crypto import mask_mobile

# Two lines of Celery's a task say less than the one of our own (worker.app).
NOISY = (
    "botocore",
    "urllib3",
    "celery.redirected",
    "celery.worker.strategy",
    "celery.app.trace",
    "flask-limiter",
    "alembic",
)
MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
# Most values hold neither, which one look tells.
SUSPECT = re.compile(r"1[3-9][0-9]{9}|[Tt][Oo][Kk][Ee][Nn]=|[Bb][Ee][Aa][Rr][Ee][Rr]\s")
TOKEN = re.compile(r"(token=|Bearer\s+)[A-Za-z0-9._~+/=-]+", re.IGNORECASE)


def configure_logging(settings: Settings) -> None:
    """Send every record of this process, whoever wrote it, through one formatter to stderr."""
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not sys.stderr.isatty()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
        _mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # What no line shows need not be looked up for each (Python's logging HOWTO, Optimization).
    # The process is shown: gunicorn's own lines begin with it.
    logging.logThreads = logging.logMultiprocessing = False
    logging._srcfile = None
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _json(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The last line of defence: no phone number and no token in clear, whoever logged it."""
    return {key: masked(value) for key, value in event.items()}


def masked(value: Any) -> Any:
    """`value` with every phone number and token in it, however deep, made unreadable."""
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    if isinstance(value, int) and MOBILE.fullmatch(str(value)):
        return mask_mobile(str(value))
    if not isinstance(value, str) or not SUSPECT.search(value):
        return value
    return TOKEN.sub(r"\1[hidden]", MOBILE.sub(r"\1****\2", value))


def report_to_sentry(settings: Settings) -> None:
    """Send unexpected failures to SENTRY_DSN, when it is set, as little as explains them.

    No personal data, no request body, no local variables; what is left goes through the mask.
    """
    if not settings.sentry_dsn:
        return
    import sentry_sdk  # only its users pay for loading it

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        environment=settings.app_env,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        traces_sample_rate=0.0,
        before_send=lambda event, _hint: masked(event),  # type: ignore[arg-type]
        before_breadcrumb=lambda crumb, _hint: masked(crumb),
    )
