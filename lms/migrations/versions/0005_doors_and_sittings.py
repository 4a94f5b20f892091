"""The door of a quiz: its rules, its sittings in rooms, who was let in by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_admission",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("password", sa.String(length=100), nullable=False),
        sa.Column("code_required", sa.Boolean(), nullable=False),
        sa.Column("network_required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_admission_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_admission_school_id")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_admission")),
    )
    op.create_table(
        "quiz_let_in",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["given_by_id"], ["user_account.id"], name=op.f("fk_quiz_let_in_given_by_id")),
        sa.ForeignKeyConstraint(["pupil_id"], ["user_account.id"], name=op.f("fk_quiz_let_in_pupil_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_let_in_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_let_in_school_id")),
        sa.PrimaryKeyConstraint("quiz_id", "pupil_id", name=op.f("pk_quiz_let_in")),
    )
    op.create_table(
        "quiz_sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("code_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_sitting_quiz_id")),
        sa.ForeignKeyConstraint(["room_id"], ["school_room.id"], name=op.f("fk_quiz_sitting_room_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_sitting_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_sitting")),
        sa.UniqueConstraint("uid", name=op.f("uq_quiz_sitting_uid")),
    )
    op.create_index(op.f("ix_quiz_sitting_quiz_id"), "quiz_sitting", ["quiz_id"])
    op.create_table(
        "quiz_sitting_invigilator",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_sitting_invigilator_school_id")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["quiz_sitting.id"], name=op.f("fk_quiz_sitting_invigilator_sitting_id")
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["user_account.id"], name=op.f("fk_quiz_sitting_invigilator_teacher_id")
        ),
        sa.PrimaryKeyConstraint("sitting_id", "teacher_id", name=op.f("pk_quiz_sitting_invigilator")),
    )
    op.create_index(op.f("ix_quiz_sitting_invigilator_teacher_id"), "quiz_sitting_invigilator", ["teacher_id"])
    op.create_table(
        "quiz_sitting_pupil",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pupil_id"], ["user_account.id"], name=op.f("fk_quiz_sitting_pupil_pupil_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_sitting_pupil_quiz_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quiz_sitting_pupil_school_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["quiz_sitting.id"], name=op.f("fk_quiz_sitting_pupil_sitting_id")),
        sa.PrimaryKeyConstraint("sitting_id", "pupil_id", name=op.f("pk_quiz_sitting_pupil")),
        sa.UniqueConstraint("quiz_id", "pupil_id", name=op.f("uq_quiz_sitting_pupil_quiz_id_pupil_id")),
    )


def downgrade() -> None:
    op.drop_table("quiz_sitting_pupil")
    op.drop_index(op.f("ix_quiz_sitting_invigilator_teacher_id"), table_name="quiz_sitting_invigilator")
    op.drop_table("quiz_sitting_invigilator")
    op.drop_index(op.f("ix_quiz_sitting_quiz_id"), table_name="quiz_sitting")
    op.drop_table("quiz_sitting")
    op.drop_table("quiz_let_in")
    op.drop_table("quiz_admission")
