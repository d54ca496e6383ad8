"""Is this installation right, from end to end? Every check tries the thing itself."""

from collections.abc import Callable, Iterator

from points_app.services.operations.doctor import (
    database,
    outside,
    reading,
    reviews,
    server,
    storage,
)
from points_app.services.operations.doctor.finding import Finding, State

Check = Callable[[], Iterator[Finding]]

# Each check with the findings it cannot do without.
CHECKS: tuple[tuple[Check, *tuple[str, ...]], ...] = (
    (outside.secrets,),
    (database.reachable,),
    (database.grants, "database"),
    (database.migrations, "database"),
    (database.encryption_keys, "migrations"),
    (database.settings, "database"),
    (server.connections, "database"),
    (server.packet, "database"),
    (server.clock, "database"),
    (outside.redis,),
    (outside.worker, "redis"),
    (outside.proxies, "redis"),
    (storage.storage,),
    (storage.pictures, "migrations", "storage"),
    (reading.decoder,),
    (reading.reader,),
    (reading.baidu,),
    (outside.sms,),
    (database.books, "migrations"),
    (reviews.people, "migrations"),
    (reviews.appeals, "migrations"),
)


def examine() -> Iterator[Finding]:
    """Run every check; one that cannot run because another failed says so and goes on."""
    unusable: set[str] = set()
    for check, *needs in CHECKS:
        if missing := [each for each in needs if each in unusable]:
            unusable.add(check.__name__)
            said = f"needs the {missing[0]} to be well first"
            yield Finding(check.__name__, State.SKIPPED, said)
            continue
        for finding in check():
            if finding.state is State.FAILED:
                unusable.add(finding.name)
            yield finding
