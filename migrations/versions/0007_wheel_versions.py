"""Each change of the wheel has a number: a draw turns the newest wheel, or begins anew."""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wheel_versions",
        sa.Column("version", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_wheel_versions"),
    )


def downgrade() -> None:
    op.drop_table("wheel_versions")
