"""Hand-ins are found by their receipts."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_quiz_submission_receipt", "quiz_submission", ["school_id", "receipt"])


def downgrade() -> None:
    op.drop_index("ix_quiz_submission_receipt", table_name="quiz_submission")
