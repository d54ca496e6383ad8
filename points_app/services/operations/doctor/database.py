"""The database: reachable, migrated, strict, on time, with the rights it needs and no more."""

import re
from collections.abc import Iterator

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from points_app.database.errors import error_number
from points_app.database.session import db, execute, utcnow
from points_app.extensions import migrate, parts
from points_app.models.points import ProofRun
from points_app.services.operations.doctor.finding import Finding, failed, ok, warning
from points_app.services.operations.doctor.server import variables
from points_app.services.points import ledger_macs
from points_app.services.privacy import keys

NEEDED = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
# Rights a web process never uses; whoever breaks into it would have them too.
EXCESSIVE = frozenset({"ALL PRIVILEGES", "SUPER", "FILE", "GRANT OPTION", "SHUTDOWN", "DROP"})
MAX_PROOF_HOURS = 36.0
GRANTS_ADVICE = "run, as the owner of the database, what `flask grants USER` prints"
CONNECT_ADVICE = {
    1044: "GRANT the user the rights of docs/security.md on this database",
    1045: "check DB_USER and DB_PASSWORD (or DATABASE_URL)",
    1049: "create the database, or correct DB_NAME (or DATABASE_URL)",
}


def reachable() -> Iterator[Finding]:
    """Connects and asks for the version."""
    dialect = db.engine.dialect.name
    try:
        version = execute(
            text("SELECT sqlite_version()" if dialect == "sqlite" else "SELECT VERSION()")
        ).scalar_one()
    except SQLAlchemyError as error:
        number = error_number(error) if isinstance(error, DBAPIError) else None
        advice = CONNECT_ADVICE.get(number or 0, "is it up, and DATABASE_URL (or DB_HOST) right?")
        yield failed("database", f"no connection ({type(error).__name__} {number or ''})", advice)
        return
    yield ok("database", f"{dialect} {version}")


def grants() -> Iterator[Finding]:
    """The rights of this user on this database."""
    if db.engine.dialect.name == "sqlite":
        yield ok("grants", "a file of this user")
        return
    lines = [row[0] for row in execute(text("SHOW GRANTS"))]
    rights = _rights(lines)
    missing = NEEDED - rights if "ALL PRIVILEGES" not in rights else set()
    if missing:
        listed = ", ".join(sorted(missing))
        yield failed("grants", f"missing: {listed}", f"GRANT {listed} ON this database TO the user")
    elif excess := EXCESSIVE & rights:
        yield warning(
            "grants",
            f"more than the service needs: {', '.join(sorted(excess))}",
            "use a user with the rights of docs/security.md, and another one for migrations",
        )
    else:
        yield ok("grants", "what the service needs and no more")


def _rights(lines: list[str]) -> set[str]:
    """The rights that SHOW GRANTS lists, those of single columns left out."""
    rights: set[str] = set()
    for line in lines:
        match = re.match(r"GRANT (.+?) ON ", line)
        if match:
            rights.update(right.strip() for right in re.sub(r"\([^)]*\)", "", match[1]).split(","))
        if "WITH GRANT OPTION" in line:
            rights.add("GRANT OPTION")
    return rights


def migrations() -> Iterator[Finding]:
    """The tables are those of this code."""
    script = ScriptDirectory.from_config(migrate.get_config())
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    head = script.get_current_head()
    if current == head:
        yield ok("migrations", f"at {head}")
    else:
        yield failed("migrations", f"at {current}, the code needs {head}", "run: flask db upgrade")


def encryption_keys() -> Iterator[Finding]:
    """The keys this database was written with are all here."""
    advice = "put it into ENCRYPTION_KEYS_OLD (docs/operations.md, Rotating secrets)"
    try:
        known = keys.known()
    except SQLAlchemyError as error:
        yield failed("keys", f"the table encryption_keys: {type(error).__name__}", GRANTS_ADVICE)
        return
    lost = [key for key in known if not parts.vault.knows(key)]
    if in_use := [key for key in lost if not known[key]]:
        named = ", ".join(in_use)
        yield failed("keys", f"the database holds values sealed with {named}, not ours", advice)
        return
    signed = ledger_macs.signers() if lost else {}
    unproved = [key for key in lost if key in signed]
    for key in unproved:
        what = f"{signed[key]} ledger rows cannot be proved without the key {key}"
        yield warning("keys", what, advice)
    if not unproved:
        yield ok("keys", f"today's is {parts.vault.current.id}, {len(known)} known, none missing")


def settings() -> Iterator[Finding]:
    """What the books rely on in the server."""
    if db.engine.dialect.name == "sqlite":
        yield ok("database settings", "set by the service itself")
        return
    found = variables("sql_mode", "character_set_database", "innodb_flush_log_at_trx_commit")
    if "STRICT_TRANS_TABLES" not in found["sql_mode"] and "STRICT_ALL" not in found["sql_mode"]:
        yield failed(
            "database settings",
            "not in strict mode: it would cut values instead of refusing them",
            "set sql_mode to the server's default, with STRICT_TRANS_TABLES",
        )
    elif found["character_set_database"] != "utf8mb4":
        yield failed(
            "database settings",
            f"character set {found['character_set_database']} cannot hold every name",
            "ALTER DATABASE ... CHARACTER SET utf8mb4",
        )
    elif found["innodb_flush_log_at_trx_commit"] != "1":
        yield warning(
            "database settings",
            "a power cut may lose the last second of commits",
            "set innodb_flush_log_at_trx_commit = 1",
        )
    else:
        yield ok("database settings", "strict, utf8mb4, durable")


def books() -> Iterator[Finding]:
    """The last `flask prove`."""
    run = execute(select(ProofRun).order_by(ProofRun.id.desc()).limit(1)).one_or_none()
    if run is None:
        yield warning("books", "never checked", "run: flask prove (beat does it every night)")
        return
    hours = (utcnow() - run.started_at).total_seconds() / 3600
    if run.offender_count:
        yield failed(
            "books",
            f"{run.offender_count} rows were wrong {hours:.0f} h ago",
            "run: flask prove, and follow docs/runbook.md, The books do not balance",
        )
    elif hours > MAX_PROOF_HOURS:
        yield warning("books", f"last checked {hours:.0f} h ago", "is beat running?")
    else:
        yield ok("books", f"balanced {hours:.0f} h ago")
