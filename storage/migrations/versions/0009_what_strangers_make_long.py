"""Keep names of any length where strangers choose them: PostgreSQL refused a branch that was longer."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LONG = {
    "repos": {"path": 512},
    "changes": {"author": 255, "branch": 512, "head_path": 512, "base_branch": 512},
    "runs": {"source": 512},
    "approvals": {"author": 512, "beside": 512},
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":  # SQLite minds no length
        return
    for table, columns in LONG.items():
        for name, length in columns.items():
            op.alter_column(table, name, existing_type=sa.String(length), type_=sa.Text())
