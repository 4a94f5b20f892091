"""Rubrics of a quiz, what was chosen of them, comments to be used again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quiz_mark_given", sa.Column("levels", sa.JSON(), nullable=True))
    op.create_table(
        "quiz_rubric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("version_uid", sa.String(length=36), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_rubric_quiz_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["user_account.id"], name=op.f("fk_quiz_rubric_saved_by_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_rubric_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_rubric")),
        sa.UniqueConstraint("quiz_id", "version_uid", name=op.f("uq_quiz_rubric_quiz_id_version_uid")),
    )
    op.create_table(
        "quiz_saved_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_quiz_saved_comment_owner_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_saved_comment_school_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_quiz_saved_comment_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_saved_comment")),
        sa.UniqueConstraint("uid", name=op.f("uq_quiz_saved_comment_uid")),
    )
    op.create_index(op.f("ix_quiz_saved_comment_owner_id"), "quiz_saved_comment", ["owner_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_saved_comment_owner_id"), table_name="quiz_saved_comment")
    op.drop_table("quiz_saved_comment")
    op.drop_table("quiz_rubric")
    op.drop_column("quiz_mark_given", "levels")
