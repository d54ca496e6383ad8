"""Logging: one JSON line an event for machines, readable lines in a terminal."""

import logging
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from structlog.contextvars import get_contextvars
from structlog.dev import ConsoleRenderer, plain_traceback

from points_app import metrics
from points_app.config import Settings

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
ELEVEN_DIGITS = re.compile(r"1[3-9][0-9]{9}")
MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
TOKEN = re.compile(r"(token=|Bearer\s+)[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
# What each record has; the rest was given as `extra`.
RECORD = frozenset(logging.makeLogRecord({}).__dict__)


def configure_logging(settings: Settings) -> None:
    """Send every record of this process, whoever wrote it, through one formatter to stderr."""
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not sys.stderr.isatty()
    )
    if hasattr(sys.stderr, "on_loss"):  # a server's (points_app.stderr)
        sys.stderr.on_loss = metrics.LOG_LINES_LOST.inc
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(_json if as_json else _readable()))
    # What no line shows need not be looked up for each (Python's logging HOWTO, Optimization).
    # The process is shown: gunicorn's own lines begin with it.
    logging.logThreads = logging.logMultiprocessing = False
    logging._srcfile = None
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Lines(logging.Formatter):
    """Writes what a record tells, with what the running request or task is called, by `render`.

    Every request pays for a line: structlog's own formatter takes three times as long for it.
    """

    def __init__(self, render: Callable[[dict[str, Any]], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        event: dict[str, Any] = {"event": record.getMessage()}
        if record.stack_info:
            event["stack_info"] = record.stack_info
        event |= get_contextvars()
        event |= {"level": record.levelname.lower(), "logger": record.name}
        event |= {key: value for key, value in record.__dict__.items() if key not in RECORD}
        if record.exc_info and record.exc_info[0]:
            event["exception"] = self.formatException(record.exc_info)
        created = datetime.fromtimestamp(record.created, UTC)
        event["timestamp"] = created.isoformat().replace("+00:00", "Z")
        return self._render(event)


def _json(event: dict[str, Any]) -> str:
    line = orjson.dumps(event, default=str).decode()
    return orjson.dumps(masked(event), default=str).decode() if _is_suspect(line) else line


def _readable() -> Callable[[dict[str, Any]], str]:
    renderer = ConsoleRenderer(exception_formatter=plain_traceback)
    return lambda event: str(renderer(None, "", masked(event)))


def masked(value: Any) -> Any:
    """`value` with every phone number and token in it, however deep, made unreadable: the last line
    of defence, whoever logged it."""
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    text = value if isinstance(value, str) else str(value)  # as it would be written
    if not _is_suspect(text):
        return value
    clean = TOKEN.sub(r"\1[hidden]", MOBILE.sub(r"\1****\2", text))
    return value if clean == text else clean


def _is_suspect(text: str) -> bool:
    """Whether there may be something to mask; most texts hold nothing, which one look tells."""
    low = text.lower()
    return "token=" in low or "bearer" in low or ELEVEN_DIGITS.search(text) is not None


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
        before_send=lambda event, _hint: masked(event),
        before_breadcrumb=lambda crumb, _hint: masked(crumb),
    )
