"""That a page was left may be forgotten; every other event stays."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

EVENTS = "quiz_attempt_event"
SQLITE = (
    f"CREATE TRIGGER {EVENTS}_no_delete BEFORE DELETE ON {EVENTS} "
    f"%sBEGIN SELECT RAISE(ABORT, '{EVENTS} is append-only'); END"
)
WHOLE = (
    f"CREATE TRIGGER {EVENTS}_append_only BEFORE %s ON {EVENTS} FOR EACH STATEMENT EXECUTE FUNCTION {EVENTS}_refuse()"
)
LEFT = "OLD.kind = 'left'"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {EVENTS}_no_delete")
        op.execute(SQLITE % f"WHEN NOT ({LEFT}) ")
        return
    op.execute(f"DROP TRIGGER {EVENTS}_append_only ON {EVENTS}")
    op.execute(WHOLE % "UPDATE OR TRUNCATE")
    op.execute(
        f"CREATE TRIGGER {EVENTS}_kept BEFORE DELETE ON {EVENTS} "
        f"FOR EACH ROW WHEN (NOT ({LEFT})) EXECUTE FUNCTION {EVENTS}_refuse()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {EVENTS}_no_delete")
        op.execute(SQLITE % "")
        return
    op.execute(f"DROP TRIGGER {EVENTS}_kept ON {EVENTS}")
    op.execute(f"DROP TRIGGER {EVENTS}_append_only ON {EVENTS}")
    op.execute(WHOLE % "UPDATE OR DELETE OR TRUNCATE")
