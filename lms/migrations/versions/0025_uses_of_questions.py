"""How questions did in finished tests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("occasion_uid", sa.String(36), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("year", sa.String(20), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("blanks", sa.Integer(), nullable=False),
        sa.Column("facility", sa.String(64), nullable=False),
        sa.Column("discrimination", sa.Double(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(5), nullable=False),
        sa.Column("slope", sa.Double(), nullable=True),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("slope_error", sa.Double(), nullable=True),
        sa.Column("difficulty_error", sa.Double(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_item_use_school_id")),
        sa.ForeignKeyConstraint(["version_id"], ["item_version.id"], name=op.f("fk_item_use_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_use")),
        sa.UniqueConstraint("version_id", "occasion_uid", name=op.f("uq_item_use_version_id_occasion_uid")),
    )
    op.create_index(op.f("ix_item_use_occasion_uid"), "item_use", ["occasion_uid"])
    op.create_table(
        "quiz_figures_kept",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_figures_kept_quiz_id")),
        sa.ForeignKeyConstraint(["run_id"], ["quiz_score_run.id"], name=op.f("fk_quiz_figures_kept_run_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_figures_kept_school_id")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_figures_kept")),
    )


def downgrade() -> None:
    op.drop_table("quiz_figures_kept")
    op.drop_index(op.f("ix_item_use_occasion_uid"), table_name="item_use")
    op.drop_table("item_use")
