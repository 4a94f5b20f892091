"""Quizzes that were assembled by a specification: a question for each form in a place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quiz_slot", sa.Column("by_form", sa.JSON(), nullable=True))
    op.create_table(
        "quiz_assembly",
        sa.Column("quiz_id", sa.Integer(), sa.ForeignKey("quiz.id"), primary_key=True),
        sa.Column("school_id", sa.Integer(), sa.ForeignKey("school.id"), nullable=False),
        sa.Column("specification_uid", sa.String(36), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("quiz_assembly")
    op.drop_column("quiz_slot", "by_form")
