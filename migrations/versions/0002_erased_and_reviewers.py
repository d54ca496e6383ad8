"""Orders called off after their buyer was erased; merchants are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchange_records",
        sa.Column("points_forfeited", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index("ix_users_is_merchant", "users", ["is_merchant", "status"])
    # Erased accounts that `unban` let in again before it refused to.
    op.execute(
        "UPDATE users SET status = 'banned', is_merchant = 0, is_admin = 0 "
        "WHERE erased_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_users_is_merchant", "users")
    op.drop_column("exchange_records", "points_forfeited")
