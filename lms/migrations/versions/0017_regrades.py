"""Marking again: corrections of questions in a run, proposals, points of one attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_correction",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("version_uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["quiz_score_run.id"], name=op.f("fk_quiz_correction_run_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_correction_school_id")),
        sa.PrimaryKeyConstraint("run_id", "version_uid", name=op.f("pk_quiz_correction")),
    )
    op.create_table(
        "quiz_regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("version_uid", sa.String(length=36), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("base_run_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_regrade_attempt_id")),
        sa.ForeignKeyConstraint(["base_run_id"], ["quiz_score_run.id"], name=op.f("fk_quiz_regrade_base_run_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_quiz_regrade_decided_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"], name=op.f("fk_quiz_regrade_proposed_by_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_regrade_quiz_id")),
        sa.ForeignKeyConstraint(["run_id"], ["quiz_score_run.id"], name=op.f("fk_quiz_regrade_run_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_regrade_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_regrade")),
        sa.UniqueConstraint("uid", name=op.f("uq_quiz_regrade_uid")),
    )
    op.create_index(op.f("ix_quiz_regrade_quiz_id"), "quiz_regrade", ["quiz_id"])
    op.create_table(
        "quiz_regrade_points",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["regrade_id"], ["quiz_regrade.id"], name=op.f("fk_quiz_regrade_points_regrade_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_regrade_points_school_id")),
        sa.PrimaryKeyConstraint("regrade_id", "slot", name=op.f("pk_quiz_regrade_points")),
    )


def downgrade() -> None:
    op.drop_table("quiz_regrade_points")
    op.drop_index(op.f("ix_quiz_regrade_quiz_id"), table_name="quiz_regrade")
    op.drop_table("quiz_regrade")
    op.drop_table("quiz_correction")
