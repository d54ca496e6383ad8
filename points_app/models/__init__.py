"""The tables, by domain. Columns, constraints and enums only; rules live in the services."""

from points_app.models import (  # noqa: F401  (a table exists once its file is imported)
    accounts,
    audit,
    exchange,
    idempotency,
    lottery,
    operations,
    points,
    privacy,
    receipts,
    settings,
)
