"""How pupils go through a quiz, pauses, and the bulletin that reaches running attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_flow",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("bulletin", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("navigation", sa.String(length=20), nullable=False),
        sa.Column("way_back", sa.Boolean(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_flow_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_flow_school_id")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_flow")),
    )
    op.add_column("quiz_form", sa.Column("rules", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("quiz_attempt", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quiz_attempt", sa.Column("reached", sa.Integer(), server_default="1", nullable=False))
    op.add_column("quiz_attempt", sa.Column("section_ends_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("quiz_attempt", "section_ends_at")
    op.drop_column("quiz_attempt", "reached")
    op.drop_column("quiz_attempt", "paused_at")
    op.drop_column("quiz_form", "rules")
    op.drop_table("quiz_flow")
