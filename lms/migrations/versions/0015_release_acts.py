"""The switches by which the parts of results are let out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_release_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_quiz_release_act_made_by_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_release_act_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_release_act_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_release_act")),
    )
    op.create_index(op.f("ix_quiz_release_act_quiz_id"), "quiz_release_act", ["quiz_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quiz_release_act_quiz_id"), table_name="quiz_release_act")
    op.drop_table("quiz_release_act")
