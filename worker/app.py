"""The Celery application: `celery -A worker.app worker` and `celery -A worker.app beat`."""

import logging
import os
import time
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.signals import celeryd_init, setup_logging, worker_process_init, worker_process_shutdown
from prometheus_client import start_http_server
from prometheus_client.multiprocess import mark_process_dead
from structlog.contextvars import bind_contextvars, clear_contextvars

from points_app import exposition, metrics
from points_app.base import create_base_app
from points_app.broker import Amqp
from points_app.database.session import db, query_count
from points_app.logs import configure_logging
from points_app.services.privacy import keys
from points_app.start import check_surroundings, read_settings
from points_app.stderr import never_wait

log = logging.getLogger(__name__)

flask_app = create_base_app(read_settings())
check_surroundings(flask_app)


class ContextTask(Task):
    """Each task runs in an app context of its own, hence with a database session of its own, and
    leaves one log line under the id of the request that caused it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        clear_contextvars()
        caused_by = (self.request.headers or {}).get("request_id")
        bind_contextvars(request_id=caused_by or self.request.id)
        started, outcome = time.perf_counter(), "done"
        with flask_app.app_context():
            try:
                keys.ensure_checked()
                return self.run(*args, **kwargs)
            except BaseException as error:
                outcome = type(error).__name__
                raise
            finally:
                self._record(outcome, time.perf_counter() - started)

    def _record(self, outcome: str, seconds: float) -> None:
        metrics.task_ended(self.name, outcome, seconds)
        fields = {"task": self.name, "outcome": outcome, "ms": round(seconds * 1000, 1)}
        log.info("task", extra={**fields, "queries": query_count()})


celery = Celery("points", config_source="celeryconfig", task_cls=ContextTask, amqp=Amqp)
celery.conf.include = ["worker.receipts", "worker.maintenance", "worker.ledger"]


@setup_logging.connect
def _log_as_the_app_does(**_: Any) -> None:
    never_wait()
    configure_logging(flask_app.config["SETTINGS"])


@celeryd_init.connect
def _leave_pid(**_: Any) -> None:
    """For bin/deploy. Celery's own pid file would refuse the restart that keeps the process id."""
    path = os.environ.get("WORKER_PIDFILE")
    if path:
        Path(path).write_text(f"{os.getpid()}\n")


@celeryd_init.connect
def _expose_metrics(**_: Any) -> None:
    """Serve the children's figures on WORKER_METRICS_PORT, where a platform can scrape a worker."""
    port = os.environ.get("WORKER_METRICS_PORT")
    if port and "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        host = os.environ.get("BIND_HOST", "0.0.0.0")
        start_http_server(int(port), addr=host, registry=exposition.of_all_processes())


@worker_process_init.connect
def _open_own_connections(**_: Any) -> None:
    """A forked child must not share its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)


@worker_process_shutdown.connect
def _forget_gauges(pid: int, **_: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        mark_process_dead(pid)
