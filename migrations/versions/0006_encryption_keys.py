"""Which keys the database is written with: a process with others does not start.

The keys of what is there already are read from its values, so that this says so at once.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEALED = (
    ("users", "mobile", "created_at"),
    ("exchange_records", "delivery_info", "exchange_time"),
    ("merchant_applications", "contact_phone", "applied_at"),
)
SIGNED = ("points_records", "mac", "created_at")


def upgrade() -> None:
    op.create_table(
        "encryption_keys",
        sa.Column("key_id", columns.ascii_code(8), nullable=False),
        sa.Column("first_used_at", columns.utc_time, nullable=False),
        sa.Column("retired_at", columns.utc_time, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_encryption_keys"),
    )
    used = " UNION ALL ".join([*(_used(*each, 4, 1) for each in SEALED), _used(*SIGNED, 1, 0)])
    op.execute(
        "INSERT INTO encryption_keys (key_id, first_used_at, retired_at)"
        " SELECT key_id, MIN(since), CASE WHEN MAX(seals) = 1 THEN NULL ELSE MAX(since) END"
        f" FROM ({used}) AS used GROUP BY key_id"
    )


def _used(table: str, column: str, moment: str, first: int, seals: int) -> str:
    """The keys of a column: "v1:<key id>:..." was sealed, "<key id>:..." signed. A key that only
    signed is retired."""
    key = f"SUBSTR({column}, {first}, 8)"
    return (
        f"SELECT {key} AS key_id, MIN({moment}) AS since, {seals} AS seals FROM {table}"
        f" WHERE {column} IS NOT NULL GROUP BY {key}"
    )


def downgrade() -> None:
    op.drop_table("encryption_keys")
