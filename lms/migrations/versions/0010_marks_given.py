"""Every act of marking, kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_mark_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("points", sa.String(64), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_mark_given_attempt_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["user_account.id"], name=op.f("fk_quiz_mark_given_given_by_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_mark_given_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_mark_given")),
    )
    op.create_index("ix_quiz_mark_given_answer", "quiz_mark_given", ["attempt_id", "slot"])


def downgrade() -> None:
    op.drop_index("ix_quiz_mark_given_answer", table_name="quiz_mark_given")
    op.drop_table("quiz_mark_given")
