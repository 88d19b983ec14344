"""Make the table of heads that are looked at by the clock, because no forge tells when CI ends on them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_watches_change_id_changes")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_next_at"), "watches", ["next_at"], unique=False)
