"""Since when nothing was heard of a running attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_absence",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_absence_attempt_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_absence_quiz_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_quiz_absence")),
    )
    op.create_index(op.f("ix_quiz_absence_quiz_id"), "quiz_absence", ["quiz_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_absence_quiz_id"), table_name="quiz_absence")
    op.drop_table("quiz_absence")
