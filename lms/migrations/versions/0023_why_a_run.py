"""What a run of marking was made for, and since when it is in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FIRST = "UPDATE quiz_score_run SET cause = 'published', in_force_at = made_at WHERE number = 1"
AGREED = """
    UPDATE quiz_score_run SET in_force_at = (
        SELECT decided_at FROM quiz_regrade WHERE quiz_regrade.run_id = quiz_score_run.id AND state = 'in_force'
    ) WHERE number > 1
"""


def upgrade() -> None:
    op.add_column("quiz_score_run", sa.Column("cause", sa.String(20), nullable=False, server_default="regrade"))
    op.add_column("quiz_score_run", sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(FIRST)
    op.execute(AGREED)


def downgrade() -> None:
    op.drop_column("quiz_score_run", "in_force_at")
    op.drop_column("quiz_score_run", "cause")
