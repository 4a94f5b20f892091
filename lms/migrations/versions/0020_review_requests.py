"""Requests to look at a marked paper again, and for how many days they are taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quiz_after_rules") as batch:
        batch.add_column(sa.Column("request_days", sa.Integer(), nullable=False, server_default="7"))
    with op.batch_alter_table("quiz_after_rules") as batch:
        batch.alter_column("request_days", server_default=None)
    op.create_table(
        "quiz_review_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("regrade_id", sa.Integer(), nullable=True),
        sa.Column("points_before", sa.String(64), nullable=False),
        sa.Column("worth_before", sa.String(64), nullable=False),
        sa.Column("points_after", sa.String(64), nullable=True),
        sa.Column("worth_after", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_quiz_review_request_asked_by_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_review_request_attempt_id")),
        sa.ForeignKeyConstraint(["regrade_id"], ["quiz_regrade.id"], name=op.f("fk_quiz_review_request_regrade_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_review_request_school_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user_account.id"], name=op.f("fk_quiz_review_request_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_review_request")),
        sa.UniqueConstraint("uid", name=op.f("uq_quiz_review_request_uid")),
    )
    op.create_index(op.f("ix_quiz_review_request_attempt_id"), "quiz_review_request", ["attempt_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_review_request_attempt_id"), table_name="quiz_review_request")
    op.drop_table("quiz_review_request")
    with op.batch_alter_table("quiz_after_rules") as batch:
        batch.drop_column("request_days")
