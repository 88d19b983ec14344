"""Count how often whoever held a piece of work ended without a word: what kills workers is given up some time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("deliveries", "runs", "batches"):
        op.add_column(table, sa.Column("lapses", sa.Integer(), nullable=False, server_default="0"))
