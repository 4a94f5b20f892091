"""What is decided about answers that came late or from another device."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.base.db import append_only_statements

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_after_rules",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_after_rules_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_after_rules_school_id")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_after_rules")),
    )
    op.create_table(
        "quiz_event_decision",
        sa.Column(
            "event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_event_decision_attempt_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_quiz_event_decision_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["quiz_attempt_event.id"], name=op.f("fk_quiz_event_decision_event_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_event_decision_school_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_quiz_event_decision")),
    )
    op.create_index(op.f("ix_quiz_event_decision_attempt_id"), "quiz_event_decision", ["attempt_id"])
    for statement in append_only_statements("quiz_event_decision", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("quiz_event_decision")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION quiz_event_decision_refuse()")
    op.drop_table("quiz_after_rules")
