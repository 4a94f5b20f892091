"""Why clocks were stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_quiz_pause_made_by_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_pause_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_pause_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_pause")),
        sa.UniqueConstraint("uid", name=op.f("uq_quiz_pause_uid")),
    )
    op.create_index(op.f("ix_quiz_pause_quiz_id"), "quiz_pause", ["quiz_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_pause_quiz_id"), table_name="quiz_pause")
    op.drop_table("quiz_pause")
