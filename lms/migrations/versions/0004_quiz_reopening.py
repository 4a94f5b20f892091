"""Attempts given back after the hand-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_by", sa.String(length=10), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_quiz_reopening_asked_by_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_reopening_attempt_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_quiz_reopening_decided_by_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_reopening_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_reopening")),
        sa.UniqueConstraint("uid", name=op.f("uq_quiz_reopening_uid")),
    )
    op.create_index(op.f("ix_quiz_reopening_attempt_id"), "quiz_reopening", ["attempt_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_reopening_attempt_id"), table_name="quiz_reopening")
    op.drop_table("quiz_reopening")
