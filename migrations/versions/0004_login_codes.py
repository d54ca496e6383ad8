"""Two living login codes for a phone, its wrong guesses of a day, networks it is known from."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("codes", "guesses", "familiar"):
        op.add_column("sms_codes", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in ("codes", "guesses", "familiar"):
        op.drop_column("sms_codes", name)
