"""What changed since the index of questions was last told: marks that triggers leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TOKEN = {"sqlite": "(lower(hex(randomblob(16))))", "postgresql": "CAST(gen_random_uuid() AS text)"}
MARKED = {
    "item_version_marked_new": (
        "item_version",
        "INSERT",
        "INSERT INTO item_index_mark (version_id) VALUES (NEW.id)",
    ),
    "item_version_marked": (
        "item_version",
        "UPDATE",
        "INSERT INTO item_index_mark (version_id) VALUES (NEW.id)",
    ),
    "item_version_marked_gone": (
        "item_version",
        "DELETE",
        "INSERT INTO item_index_mark (version_id) VALUES (OLD.id)",
    ),
    "item_marked": (
        "item",
        "UPDATE",
        "INSERT INTO item_index_mark (version_id) SELECT id FROM item_version WHERE item_id = NEW.id",
    ),
    "item_outcome_marked": (
        "item_outcome",
        "INSERT",
        "INSERT INTO item_index_mark (version_id) VALUES (NEW.version_id)",
    ),
    "item_outcome_marked_gone": (
        "item_outcome",
        "DELETE",
        "INSERT INTO item_index_mark (version_id) VALUES (OLD.version_id)",
    ),
    "item_label_marked": (
        "item_label",
        "INSERT",
        "INSERT INTO item_index_mark (version_id) VALUES (NEW.version_id)",
    ),
    "item_label_renamed": (
        "item_label",
        "UPDATE",
        "INSERT INTO item_index_mark (version_id) VALUES (NEW.version_id)",
    ),
    "item_label_marked_gone": (
        "item_label",
        "DELETE",
        "INSERT INTO item_index_mark (version_id) VALUES (OLD.version_id)",
    ),
    "competency_framework_marked_new": (
        "competency_framework",
        "INSERT",
        "INSERT INTO item_index_mark (version_id) "
        "SELECT DISTINCT version_id FROM item_outcome WHERE school_id = NEW.school_id",
    ),
    "competency_framework_marked": (
        "competency_framework",
        "UPDATE",
        "INSERT INTO item_index_mark (version_id) "
        "SELECT DISTINCT version_id FROM item_outcome WHERE school_id = NEW.school_id",
    ),
}
LOCK = 7_305_001


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.create_table(
        "item_index_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(36), server_default=sa.text(TOKEN[dialect]), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_index_mark"),
    )
    for name, (table, act, mark) in MARKED.items():
        if dialect == "sqlite":
            op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} BEGIN {mark}; END")
            continue
        body = f"PERFORM pg_advisory_xact_lock_shared({LOCK}); {mark}; RETURN NULL;"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, (table, _, _) in MARKED.items():
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}")
    op.drop_table("item_index_mark")
