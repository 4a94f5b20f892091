"""Rooms of the school with the networks of their machines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_room_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_room")),
        sa.UniqueConstraint("uid", name=op.f("uq_school_room_uid")),
    )
    in_use = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_school_room_name",
        "school_room",
        ["school_id", "name"],
        unique=True,
        sqlite_where=in_use,
        postgresql_where=in_use,
    )


def downgrade() -> None:
    op.drop_index("uq_school_room_name", table_name="school_room")
    op.drop_table("school_room")
