"""Avatars the service keeps itself, in place of addresses anywhere."""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "avatars",
        sa.Column("user_id", columns.big_int, nullable=False, autoincrement=False),
        sa.Column("name", columns.ascii_code(32), nullable=False),
        sa.Column("content", columns.picture, nullable=False),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name="fk_avatars_user_id_users"),
        sa.PrimaryKeyConstraint("user_id", name="pk_avatars"),
        sa.UniqueConstraint("name", name="uq_avatars_name"),
    )


def downgrade() -> None:
    op.drop_table("avatars")
