"""What the application's own database user may do: no more than the service does.

MySQL and MariaDB only add rights up, so they are given table by table. The ledger and the record of
actions can be added to and read; not even the application can change or delete a row of them.
"""

from sqlalchemy import text

from points_app.database.session import db, execute
from points_app.models.accounts import AuthSession, Avatar, FirstLogin, RefreshToken, SmsCode
from points_app.models.audit import AuditEntry
from points_app.models.exchange import StockMovement
from points_app.models.idempotency import IdempotencyKey
from points_app.models.lottery import WheelVersion
from points_app.models.operations import ErrorLog, PerformanceMetric
from points_app.models.points import LedgerEntry, LedgerSeal
from points_app.models.receipts import StagedPicture

ONLY_ADDED = {
    model.__tablename__
    for model in (AuditEntry, LedgerEntry, LedgerSeal, StockMovement, WheelVersion)
}
DELETED = {
    model.__tablename__
    for model in (
        AuthSession,
        Avatar,
        ErrorLog,
        FirstLogin,
        IdempotencyKey,
        PerformanceMetric,
        RefreshToken,
        SmsCode,
        StagedPicture,
    )
}
# Sealing a ledger row notes the seal, and nothing else of it.
COLUMNS = {LedgerEntry.__tablename__: "UPDATE (seal_id)"}


def statements(user: str, host: str) -> list[str]:
    """The GRANT statements for `user`@`host` on the database in use, one for each table.

    The user is made by hand, with a password; migrations and backups run as the owner.
    """
    schema = execute(text("SELECT DATABASE()")).scalar_one()
    whom = f"'{user}'@'{host}'"
    tables = [
        f"GRANT {', '.join(_rights(name))} ON `{schema}`.`{name}` TO {whom};"
        for name in sorted(db.metadata.tables)
    ]
    # MySQL 8 asks for it to lock rows (FOR UPDATE) of a table that may not be changed.
    return [
        f"GRANT LOCK TABLES ON `{schema}`.* TO {whom};",
        f"GRANT SELECT ON `{schema}`.`alembic_version` TO {whom};",
        *tables,
    ]


def _rights(table: str) -> list[str]:
    rights = ["SELECT", "INSERT"]
    if table in COLUMNS:
        rights.append(COLUMNS[table])
    if table not in ONLY_ADDED:
        rights.append("UPDATE")
    if table in DELETED:
        rights.append("DELETE")
    return rights
