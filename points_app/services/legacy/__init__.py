"""Moving in: the tables of the first backend become ours, with the books in order.

The balance a guest sees moves in as it is. Where it disagrees with the history the first backend
kept, a correction row in the ledger says by how much, and the history stays as it was written.
Facts from before the move are marked `imported`: the proof asks of ours what was never true of
theirs. Not moved: telemetry, sessions, codes, and applications, which are made anew.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import create_engine, func, select

from points_app.database.session import execute
from points_app.models.accounts import User
from points_app.models.exchange import Product
from points_app.models.lottery import Prize
from points_app.services.legacy import draws, guests, orders, products, receipts, shop
from points_app.services.legacy.reading import Legacy
from points_app.services.legacy.report import Report

Progress = Callable[[str, int, int], None]


class ImportRefused(Exception):
    """This database or that one cannot be used; the text says what to do."""


def run(url: str, write: bool, resume: bool, progress: Progress) -> Report:
    """Read the legacy database at `url` and, with `write`, move it here in batches.

    Each batch is one transaction, so that an interrupted import goes on with `resume`. `progress`
    hears the table, how many rows are done and how many there are. Raises ImportRefused,
    SQLAlchemyError.
    """
    engine = create_engine(url)
    try:
        legacy = Legacy(engine)
        missing = legacy.missing_tables()
        if missing:
            raise ImportRefused(f"no legacy database: it lacks {', '.join(missing)}")
        if write and not resume:
            _refuse_unless_empty()
        return _run(legacy, write, progress)
    finally:
        engine.dispose()


def _run(legacy: Legacy, write: bool, progress: Progress) -> Report:
    report = Report()
    for name, step in _steps(legacy, report):
        total, done = legacy.count(name), 0
        for batch in step(write):
            done += batch
            progress(name, done, total)
        report.moved[name] = done
    return report


def _steps(legacy: Legacy, report: Report) -> Iterator[tuple[str, Callable[[bool], Iterator[int]]]]:
    """In the order of their foreign keys; each step yields the size of each batch it moved."""
    yield "system_configs", lambda write: shop.configs(legacy, report, write)
    yield "lottery_settings", lambda write: shop.wheel(legacy, report, write)
    yield "commodity_pool", lambda write: products.products(legacy, report, write)
    yield "users", lambda write: guests.guests(legacy, report, write)
    yield "lottery_records", lambda write: draws.draws(legacy, report, write)
    yield "exchange_records", lambda write: orders.orders(legacy, report, write)
    yield "photo_reviews", lambda write: receipts.receipts(legacy, report, write)


def _refuse_unless_empty() -> None:
    for model in (User, Prize, Product):
        if execute(select(func.count()).select_from(model)).scalar_one():
            raise ImportRefused(
                f"{model.__tablename__} is not empty: import into a new database after "
                "`flask db upgrade` and before `flask seed`, or go on with --resume"
            )
