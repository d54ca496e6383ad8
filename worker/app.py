"""The Celery application: `celery -A worker.app worker` and `celery -A worker.app beat`."""

import sys
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init

from points_app.base import create_base_app
from points_app.config import ConfigurationError
from points_app.db import db
from points_app.logs import configure_logging

try:
    flask_app = create_base_app()
except ConfigurationError as error:
    sys.exit(f"{error}\n.env.example explains every variable.")


class ContextTask(Task):  # type: ignore[misc]
    """Each task runs in an app context of its own, hence with a database session of its own."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app.app_context():
            return self.run(*args, **kwargs)


celery = Celery("points", config_source="celeryconfig", task_cls=ContextTask)
celery.conf.include = ["worker.receipts", "worker.maintenance"]


@setup_logging.connect
def _log_as_the_app_does(**_: Any) -> None:
    configure_logging(flask_app.config["SETTINGS"])


@worker_process_init.connect
def _open_own_connections(**_: Any) -> None:
    """A forked child must not share its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)
