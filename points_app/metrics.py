"""Figures for Prometheus: what is counted, and under which names (exposition.py reads them).

Each process counts into files of its own below PROMETHEUS_MULTIPROC_DIR (gunicorn.conf.py makes the
folder); a scrape adds them up. Without that variable a process speaks for itself alone.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Counter(
    "points_http_requests",
    "Answered requests by envelope code.",
    ["method", "route", "status", "code"],
)
REQUEST_SECONDS = Histogram(
    "points_http_request_seconds", "Time to answer.", ["route"], buckets=SECONDS
)
UNAVAILABLE = Counter(
    "points_dependency_failures",
    "Requests refused because a dependency failed.",
    ["dependency", "error"],
)
LIMITED = Counter("points_limit_refusals", "Requests refused by a rate limit.", ["code"])
CODES = Counter("points_codes", "Login codes by what became of them.", ["outcome"])
CODES_REFUSED = Counter(
    "points_codes_refused",
    "Login codes beyond a limit: an address's or everybody's.",
    ["limit"],
)
UPGRADES = Counter("points_socket_handshakes", "WebSocket handshakes by HTTP status.", ["status"])
THREAD_FAILURES = Counter(
    "points_thread_failures", "Background threads that failed and began anew.", ["thread"]
)
LOG_LINES_LOST = Counter(
    "points_log_lines_lost", "Lines that whoever reads standard error did not take in time."
)
PUSH_DOWN = Gauge(
    "points_push_down",
    "Web processes whose guests hear nothing: no subscription at Redis.",
    multiprocess_mode="livesum",
)
SOCKETS = Gauge("points_sockets", "WebSockets held.", multiprocess_mode="livesum")
POOL_USED = Gauge(
    "points_db_pool_used", "Database connections in use.", multiprocess_mode="livesum"
)
POOL_SIZE = Gauge(
    "points_db_pool_size", "Database connections allowed.", multiprocess_mode="livesum"
)
DRAWS = Counter("points_draws", "Turns of the wheel by what they gave.", ["prize_id", "prize"])
MOVED = Counter("points_moved", "Points booked, by direction and source.", ["type", "source"])
TASKS = Counter("points_tasks", "Finished tasks of the worker.", ["task", "outcome"])
TASK_SECONDS = Histogram("points_task_seconds", "Time of a task.", ["task"], buckets=SECONDS)
READING_SECONDS = Histogram(
    "points_reading_seconds", "Time to read a receipt.", ["engine"], buckets=SECONDS
)

# (name, help): figures about the whole installation, gathered by the worker once for everybody.
FIGURES = {
    "points_outstanding": "Points in all wallets.",
    "points_guests": "Accounts.",
    "points_reviews_pending": "Receipts that wait for a merchant.",
    "points_reviews_pending_oldest_seconds": "Age of the oldest of them.",
    "points_receipts_unread": "Receipts that wait for the reader, by processing status.",
    "points_receipts_unread_oldest_seconds": "Age of the oldest of them.",
    "points_receipts_read_last_hour": "Receipts read within the last hour, by match status.",
    "points_queue_tasks": "Tasks that wait in the broker.",
    "points_stock": "Pieces left of the active products that are running out.",
    "points_products_sold_out": "Active products without stock.",
    "points_prize_probability": "Configured probability of an active prize.",
    "points_storage_used_ratio": "Used share of the picture storage, where it has a limit.",
    "points_books_balanced": "1 when the last check of the books found nothing wrong, else 0.",
    "points_books_checked_seconds": "Age of the last check of the books.",
    "points_backup_age_seconds": "Age of the last backup by `flask backup`.",
    "points_database_bytes": "Size of the database's tables and indexes.",
    "points_auto_approve_error_ratio": "Share of sampled automatic approvals a person overruled.",
    "points_dependency_up": "1 while a dependency answers this process as it should, else 0.",
    "points_figures_age_seconds": "Age of these figures; the worker gathers them every 30 s.",
}


def request_answered(method: str, route: str, status: int, code: int, seconds: float) -> None:
    """Count one answered request."""
    answered, timed = _of_requests(method, route, status, code)
    answered.inc()
    timed.observe(seconds)


@lru_cache(4096)
def _of_requests(method: str, route: str, status: int, code: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status, code), REQUEST_SECONDS.labels(route)


def task_ended(task: str, outcome: str, seconds: float) -> None:
    """Count one finished task; `outcome` is `done` or the name of the exception."""
    TASKS.labels(task, outcome).inc()
    TASK_SECONDS.labels(task).observe(seconds)


def counter_of_draws(prizes: Iterable[tuple[int, str]]) -> Callable[[], None]:
    """A hook that counts turns by the prize (id, name) they gave."""

    def count() -> None:
        for prize_id, name in prizes:
            DRAWS.labels(str(prize_id), name).inc()

    return count


def counter_of_points(entries: Iterable[tuple[str, int]]) -> Callable[[], None]:
    """A hook that counts booked points: pairs of source and signed points."""

    def count() -> None:
        for source, points in entries:
            direction = "earn" if points > 0 else "spend"
            if source == "exchange_refund":  # what came back is no income
                direction = "refund"
            MOVED.labels(direction, source).inc(abs(points))

    return count
