"""Make the tables by which a large run is measured by many workers, and say whose turn each run is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Runs from before stand in one lane of their own; those that are queued now leave it soon.
    op.add_column("runs", sa.Column("lane", sa.String(length=600), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("broke", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        op.f("ix_runs_state_lane_created_at_lease_until"),
        "runs",
        ["state", "lane", "created_at", "lease_until"],
        unique=False,
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=600), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("broke", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("pairs", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_batches_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_batches_run_id_number")),
    )
    op.create_index(op.f("ix_batches_run_id_state"), "batches", ["run_id", "state"], unique=False)
    op.create_index(
        op.f("ix_batches_state_lane_id_lease_until"),
        "batches",
        ["state", "lane", "id", "lease_until"],
        unique=False,
    )
    op.create_table(
        "turns",
        sa.Column("lane", sa.String(length=600), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_turns")),
    )
    op.create_index(op.f("ix_turns_last"), "turns", ["last"], unique=False)
