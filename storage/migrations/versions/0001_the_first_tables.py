"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("delivery_id", sa.String(length=255), nullable=False),
        sa.Column("event", sa.String(length=255), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("host", "delivery_id", name=op.f("uq_deliveries_host_delivery_id")),
    )
    op.create_index(op.f("ix_deliveries_state_lease_until"), "deliveries", ["state", "lease_until"], unique=False)
    op.create_table(
        "repos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("forge_id", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repos")),
        sa.UniqueConstraint("host", "forge_id", name=op.f("uq_repos_host_forge_id")),
    )
    op.create_table(
        "visits",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_visits")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("repo_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("branch", sa.String(length=512), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("head_repo", sa.String(length=255), nullable=False),
        sa.Column("head_path", sa.String(length=512), nullable=False),
        sa.Column("base_branch", sa.String(length=512), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("comment_id", sa.String(length=255), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["repo_id"], ["repos.id"], name=op.f("fk_changes_repo_id_repos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("repo_id", "number", name=op.f("uq_changes_repo_id_number")),
    )
    op.create_index(
        op.f("ix_changes_owed"),
        "changes",
        ["id"],
        unique=False,
        sqlite_where=sa.text("said < wanted"),
        postgresql_where=sa.text("said < wanted"),
    )
    op.create_index(
        op.f("ix_changes_pending"),
        "changes",
        ["id"],
        unique=False,
        sqlite_where=sa.text("pending IS 1"),
        postgresql_where=sa.text("pending IS true"),
    )
    op.create_index(op.f("ix_changes_repo_id_head"), "changes", ["repo_id", "head"], unique=False)
    op.create_table(
        "git_blobs",
        sa.Column("repo_id", sa.Integer(), nullable=False),
        sa.Column("blob_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repos.id"], name=op.f("fk_git_blobs_repo_id_repos")),
        sa.PrimaryKeyConstraint("repo_id", "blob_id", name=op.f("pk_git_blobs")),
    )
    op.create_table(
        "publications",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.String(length=255), nullable=True),
        sa.Column("annotated", sa.String(length=64), nullable=False),
        sa.Column("said_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_publications_change_id_changes")),
        sa.PrimaryKeyConstraint("change_id", "head", name=op.f("pk_publications")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("pipeline_id", sa.String(length=255), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=512), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("globs", sa.JSON(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("concluded_at", MOMENT, nullable=True),
        sa.Column("shown_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_runs_change_id_changes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint(
            "change_id",
            "head",
            "pipeline_id",
            "attempt",
            "round",
            name=op.f("uq_runs_change_id_head_pipeline_id_attempt_round"),
        ),
    )
    op.create_index(op.f("ix_runs_created_at"), "runs", ["created_at"], unique=False)
    op.create_index(op.f("ix_runs_state_lease_until"), "runs", ["state", "lease_until"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=24), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("author", sa.String(length=512), nullable=False),
        sa.Column("comment_id", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("commit_url", sa.Text(), nullable=False),
        sa.Column("beside", sa.String(length=512), nullable=False),
        sa.Column("batch", sa.String(length=24), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_approvals_change_id_changes")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_approvals_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_change_id_state"), "approvals", ["change_id", "state"], unique=False)
    op.create_index(op.f("ix_approvals_commit"), "approvals", ["commit"], unique=False)
    op.create_index(op.f("ix_approvals_state_lease_until"), "approvals", ["state", "lease_until"], unique=False)
    op.create_table(
        "comparisons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=24), nullable=False),
        sa.Column("suite", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=1024), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("placed", sa.Boolean(), nullable=False),
        sa.Column("golden", sa.String(length=64), nullable=True),
        sa.Column("golden_blob", sa.String(length=64), nullable=True),
        sa.Column("candidate", sa.String(length=64), nullable=True),
        sa.Column("mask", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("pixels", sa.Integer(), nullable=False),
        sa.Column("ratio", sa.Float(), nullable=False),
        sa.Column("difference", sa.JSON(), nullable=True),
        sa.Column("flaky", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_comparisons_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
        sa.UniqueConstraint(
            "run_id", "name", "placed", "suite", name=op.f("uq_comparisons_run_id_name_placed_suite")
        ),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=24), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=1024), nullable=False),
        sa.Column("candidate", sa.String(length=64), nullable=True),
        sa.Column("opinion", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("granted", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_decisions_change_id_changes")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_decisions_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_change_id_name"), "decisions", ["change_id", "name"], unique=False)
