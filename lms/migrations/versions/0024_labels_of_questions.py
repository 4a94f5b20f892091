"""What is said about a question: its words, where it comes from and what its source calls it by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEXED = ("taken_from", "category", "year")


def _said() -> tuple[sa.Column[Any], ...]:
    """The columns that a version and a question of an import share; new ones each time, as Alembic binds them."""
    return (
        sa.Column("taken_from", sa.String(200), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(500), server_default="", nullable=False),
        sa.Column("any_textbook", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def _named() -> sa.Column[str]:
    return sa.Column("external_id", sa.String(200), server_default="", nullable=False)


def upgrade() -> None:
    op.add_column("item", _named())
    op.create_index("ix_item_external", "item", ["school_id", "subject_id", "external_id"])
    for column in _said():
        op.add_column("item_version", column)
    for name in INDEXED:
        op.create_index(f"ix_item_version_{name}", "item_version", ["school_id", "subject_id", name])
    op.create_table(
        "item_label",
        sa.Column("version_id", sa.Integer(), sa.ForeignKey("item_version.id"), primary_key=True),
        sa.Column("label_key", sa.String(120), primary_key=True),
        sa.Column("school_id", sa.Integer(), sa.ForeignKey("school.id"), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
    )
    op.create_index("ix_item_label_word", "item_label", ["school_id", "label_key", "version_id"])
    for more in (_named(), *_said(), sa.Column("labels_json", sa.Text(), server_default="[]", nullable=False)):
        op.add_column("import_draft", more)


def downgrade() -> None:
    for name in ("labels_json", "any_textbook", "category", "year", "taken_from", "external_id"):
        op.drop_column("import_draft", name)
    op.drop_table("item_label")
    for name in INDEXED:
        op.drop_index(f"ix_item_version_{name}", "item_version")
    for name in ("any_textbook", "category", "year", "taken_from"):
        op.drop_column("item_version", name)
    op.drop_index("ix_item_external", "item")
    op.drop_column("item", "external_id")
