"""The tables, by domain. Columns, constraints and enums only; rules live in the services."""

from points_app.models import (  # noqa: F401  (a table exists once its module is imported)
    audit,
    check_in,
    exchange,
    idempotency,
    key,
    ledger,
    lottery,
    merchant,
    monitoring,
    receipt,
    user,
)
