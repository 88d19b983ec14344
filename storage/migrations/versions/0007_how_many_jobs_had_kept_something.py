"""Remember of a run how many jobs had kept something: one that is played by hand later keeps more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Runs from before do not know: of those nothing is taken to be new.
    op.add_column("runs", sa.Column("keepers", sa.Integer(), nullable=True))
