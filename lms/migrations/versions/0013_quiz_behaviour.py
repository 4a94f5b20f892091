"""Behaviours of quizzes: practice beside tests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_behaviour",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("behaviour", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("penalty", sa.String(length=20), nullable=False),
        sa.Column("marks_count", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_behaviour_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_behaviour_school_id")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_behaviour")),
    )


def downgrade() -> None:
    op.drop_table("quiz_behaviour")
