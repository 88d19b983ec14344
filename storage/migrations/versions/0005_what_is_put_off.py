"""Remember of reports that cannot be said since when, why, and when to try again; and find what was given up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FEW = {
    "ix_deliveries_failed": ("deliveries", "received_at", "state = 'failed'"),
    "ix_runs_failed": ("runs", "created_at", "state = 'failed'"),
    "ix_approvals_failed": ("approvals", "requested_at", "state = 'failed'"),
    "ix_changes_unsaid": ("changes", "late_since", "why <> ''"),
}


def upgrade() -> None:
    op.add_column("changes", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("changes", sa.Column("late_since", MOMENT, nullable=True))
    op.add_column("changes", sa.Column("due_at", MOMENT, nullable=True))
    op.add_column("changes", sa.Column("why", sa.Text(), nullable=False, server_default=""))
    for name, (table, column, few) in FEW.items():
        where = sa.text(few)
        op.create_index(op.f(name), table, [column], unique=False, sqlite_where=where, postgresql_where=where)
