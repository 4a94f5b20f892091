"""Codes to go on with an attempt on another machine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_resume_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_resume_code_attempt_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_quiz_resume_code_made_by_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_resume_code_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_resume_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_quiz_resume_code_code_hash")),
    )
    op.create_index(op.f("ix_quiz_resume_code_attempt_id"), "quiz_resume_code", ["attempt_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_resume_code_attempt_id"), table_name="quiz_resume_code")
    op.drop_table("quiz_resume_code")
