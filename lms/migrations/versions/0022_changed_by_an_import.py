"""What a file of questions has in another form than was taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("changed_json", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("import_batch", "changed_json")
