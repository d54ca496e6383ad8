"""Is this installation right, from end to end? Every check tries the thing itself."""

from collections.abc import Callable, Iterator

from points_app.services.doctor import database, outside, reviews
from points_app.services.doctor.finding import Finding, State

Check = Callable[[], Iterator[Finding]]

# Each check with the finding it cannot do without.
CHECKS: tuple[tuple[Check, str | None], ...] = (
    (outside.secrets, None),
    (database.reachable, None),
    (database.grants, "database"),
    (database.migrations, "database"),
    (database.encryption_keys, "migrations"),
    (database.settings, "database"),
    (database.connections, "database"),
    (database.packet, "database"),
    (database.clock, "database"),
    (outside.redis, None),
    (outside.worker, "redis"),
    (outside.proxies, "redis"),
    (outside.storage, None),
    (outside.pictures, "migrations"),
    (outside.decoder, None),
    (outside.reader, None),
    (outside.baidu, None),
    (outside.sms, None),
    (database.books, "migrations"),
    (reviews.people, "migrations"),
    (reviews.appeals, "migrations"),
)


def examine() -> Iterator[Finding]:
    """Run every check; one that cannot run because another failed says so and goes on."""
    unusable: set[str] = set()
    for check, needs in CHECKS:
        if needs in unusable:
            unusable.add(check.__name__)
            yield Finding(check.__name__, State.SKIPPED, f"needs the {needs} to be well first")
            continue
        for finding in check():
            if finding.state is State.FAILED:
                unusable.add(finding.name)
            yield finding
