"""The database session and the one way to write: `@transactional`.

This is the only file that commits. What the outside world should hear of a change is handed to
`after_commit` and happens once the change is certain, or never.
"""

import logging
import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar

from flask import Flask, g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Executable, MetaData, Table, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase

from points_app.config import Settings
from points_app.database.dialect import WRONG_SERVER
from points_app.database.engine import (
    REQUEST_SECONDS,
    database_uri,
    engine_options,
    prepare,
    somebody_waits,
)
from points_app.database.errors import RETRYABLE, TryAgain, error_number
from points_app.database.rows import AnyResult

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
Hooks = list[Callable[[], Any]]

ATTEMPTS = 4
# A receipt's picture is one value of one statement, at the very most seven megabytes.
ENOUGH_PACKET = 16 * 1024 * 1024
PACKET_ADVICE = "set max_allowed_packet = 16M or more on the database server"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:

    class Model(Base):
        """What every table's class derives from, as a type checker can follow it."""

        __abstract__ = True
        __table__: ClassVar[Table]

else:
    Model = db.Model
_writing: ContextVar[bool] = ContextVar("writing", default=False)


def utcnow() -> datetime:
    """Now in UTC, to the millisecond the tables keep."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` one transaction: all of it is committed, or nothing.

    Refuses to nest. Runs the whole function again, a few times with jitter and for a guest within
    REQUEST_SECONDS, when the database says that it lost a deadlock, waited too long for a lock or
    read a stale snapshot. Hooks given to `before_commit` are its last steps. Hooks given to
    `after_commit` run after the commit; one that fails stops neither the others nor the answer.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _writing.get():
            raise RuntimeError(f"{function.__name__} was called inside another transaction")
        session, started = db.session(), time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            session.rollback()  # drops an older read's snapshot
            last_steps, hooks = Hooks(), Hooks()
            session.info.clear()
            session.info.update(attempt=attempt, before_commit=last_steps, after_commit=hooks)
            token = _writing.set(True)
            try:
                result = function(*args, **kwargs)
                for step in last_steps:
                    step()
                session.commit()
                break
            except (DBAPIError, TryAgain) as error:
                session.rollback()
                if attempt == ATTEMPTS or not _may_run_again(error, started):
                    raise
            except BaseException:
                session.rollback()
                raise
            finally:
                _writing.reset(token)
            time.sleep(random.uniform(0.005, 0.05) * attempt)
        _run_hooks(hooks)
        return result

    return run


def _may_run_again(error: DBAPIError | TryAgain, started: float) -> bool:
    if somebody_waits() and time.monotonic() - started > REQUEST_SECONDS:
        return False
    return isinstance(error, TryAgain) or error_number(error) in RETRYABLE | WRONG_SERVER


def is_writing() -> bool:
    """Whether a `@transactional` function is running."""
    return _writing.get()


def runs_again() -> bool:
    """Whether the running transaction has failed and runs once more."""
    return bool(db.session().info.get("attempt", 1) > 1)


def before_commit(step: Callable[[], Any]) -> None:
    """Call `step` inside the running transaction when everything else of it is done; for locks that
    many transactions want and none should hold for long. One that raises undoes all."""
    if not _writing.get():
        raise RuntimeError("before_commit needs a running transaction")
    db.session().info["before_commit"].append(step)


def after_commit(hook: Callable[[], Any]) -> None:
    """Call `hook` once the running transaction is committed; never when it is not."""
    if not _writing.get():
        raise RuntimeError("after_commit needs a running transaction")
    db.session().info["after_commit"].append(hook)


def _run_hooks(hooks: Hooks) -> None:
    for hook in hooks:
        try:
            hook()
        except Exception:
            log.exception("after_commit_failed")


def execute(statement: Executable, parameters: Any = None) -> AnyResult:
    """Run a Core statement in the session's transaction, past the ORM's unit of work."""
    return db.session().connection().execute(statement, parameters)


def largest_statement() -> int | None:
    """How many bytes the server takes in one statement (max_allowed_packet); None on SQLite."""
    if db.engine.dialect.name == "sqlite":
        return None
    return int(execute(text("SELECT @@max_allowed_packet")).scalar_one())


def init_db(app: Flask, settings: Settings) -> None:
    """Bind the session to this app's database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_uri(settings)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", count_query)
        prepare(db.engine, settings, is_writing=is_writing)


def query_count() -> int:
    """How many statements this request or task has sent to the database."""
    return g.get("queries", 0)


def connections_used() -> int:
    """How many of this process's database connections are in use; 0 where there is no pool."""
    used = getattr(db.engine.pool, "checkedout", None)
    return used() if used else 0


def count_query(*_: Any) -> None:
    """Count a statement that is about to be sent."""
    if has_app_context():
        g.queries = g.get("queries", 0) + 1
