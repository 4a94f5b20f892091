"""Marking without names, and in two rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quiz_mark_given", sa.Column("round", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "quiz_marking_rules",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(length=32), nullable=False),
        sa.Column("second_marker_id", sa.Integer(), nullable=True),
        sa.Column("adjudicator_id", sa.Integer(), nullable=True),
        sa.Column("tolerance", sa.String(64), nullable=False),
        sa.Column("settled_by", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["adjudicator_id"], ["user_account.id"], name=op.f("fk_quiz_marking_rules_adjudicator_id")
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_marking_rules_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_marking_rules_school_id")),
        sa.ForeignKeyConstraint(
            ["second_marker_id"], ["user_account.id"], name=op.f("fk_quiz_marking_rules_second_marker_id")
        ),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_marking_rules")),
    )
    for column in ("second_marker_id", "adjudicator_id"):
        op.create_index(op.f(f"ix_quiz_marking_rules_{column}"), "quiz_marking_rules", [column])


def downgrade() -> None:
    for column in ("second_marker_id", "adjudicator_id"):
        op.drop_index(op.f(f"ix_quiz_marking_rules_{column}"), table_name="quiz_marking_rules")
    op.drop_table("quiz_marking_rules")
    op.drop_column("quiz_mark_given", "round")
