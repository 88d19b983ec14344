"""Let the cleaner know since when things are over, and find every row that refers to a file."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FEW = {
    "ix_repos_gone": ("repos", "id", "gone IS {true}"),
    "ix_changes_current": ("changes", "repo_id", "over_since IS NULL"),
    "ix_changes_closing": ("changes", "id", "open IS {false} AND over_since IS NULL"),
    "ix_changes_back": ("changes", "id", "open IS {true} AND over_since IS NOT NULL"),
    "ix_changes_over_since": ("changes", "over_since", "cleaned_at IS NULL"),
    "ix_changes_ask_at": ("changes", "ask_at", "open IS {true}"),
    "ix_runs_replaced_at": ("runs", "replaced_at", "trimmed_at IS NULL"),
    "ix_comparisons_golden": ("comparisons", "golden", "outcome <> 'same'"),
    "ix_comparisons_candidate": ("comparisons", "candidate", "outcome <> 'same'"),
    "ix_comparisons_mask": ("comparisons", "mask", "outcome <> 'same'"),
}
ALL = {
    "ix_deliveries_emptied_received_at": ("deliveries", ["emptied", "received_at"]),
    "ix_decisions_run_id": ("decisions", ["run_id"]),
    "ix_approvals_run_id": ("approvals", ["run_id"]),
    "ix_git_blobs_digest": ("git_blobs", ["digest"]),
    "ix_visits_until": ("visits", ["until"]),
    "ix_thumbnails_small": ("thumbnails", ["small"]),
    "ix_discards_since": ("discards", ["since"]),
}


def upgrade() -> None:
    _add_columns()
    _note_moments()
    op.create_table(
        "discards",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_discards")),
    )
    op.create_table(
        "duties",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duties")),
    )
    for name, (table, columns) in ALL.items():
        op.create_index(op.f(name), table, columns, unique=False)
    postgresql = op.get_bind().dialect.name == "postgresql"
    words = {"true": "true", "false": "false"} if postgresql else {"true": "1", "false": "0"}
    for name, (table, column, few) in FEW.items():
        where = sa.text(few.format(**words))
        op.create_index(op.f(name), table, [column], unique=False, sqlite_where=where, postgresql_where=where)


def _add_columns() -> None:
    op.add_column("deliveries", sa.Column("emptied", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("repos", sa.Column("gone_since", MOMENT, nullable=True))
    for name in ("over_since", "cleaned_at", "ask_at"):
        op.add_column("changes", sa.Column(name, MOMENT, nullable=True))
    op.add_column("changes", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
    for name in ("replaced_at", "trimmed_at", "emptied_at"):
        op.add_column("runs", sa.Column(name, MOMENT, nullable=True))


def _note_moments() -> None:
    """Say of rows that were over already since when, as far as it is known: when their last run ended."""
    changes = sa.table("changes", sa.column("id"), sa.column("open"), sa.column("over_since"))
    runs = sa.table(
        "runs", *(sa.column(name) for name in ("change_id", "state", "created_at", "concluded_at", "replaced_at"))
    )
    ended = sa.func.coalesce(runs.c.concluded_at, runs.c.created_at)
    last = sa.select(sa.func.max(ended)).where(runs.c.change_id == changes.c.id).scalar_subquery()
    op.execute(changes.update().where(changes.c.open.is_(sa.false())).values(over_since=last))
    open_ = sa.select(changes.c.id).where(changes.c.open.is_(sa.true()))
    over = runs.update().where(runs.c.state == "superseded", runs.c.change_id.in_(open_))
    op.execute(over.values(replaced_at=ended))
