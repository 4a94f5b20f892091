"""Safe Exam Browser at the door of a quiz; quizzes that stand there ask for none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (
    ("seb_required", sa.Boolean(), sa.false()),
    ("seb_own", sa.Boolean(), sa.true()),
    ("seb_config_keys", sa.JSON(), sa.text("'[]'")),
    ("seb_exam_keys", sa.JSON(), sa.text("'[]'")),
    ("seb_quit_password", sa.String(length=100), sa.text("''")),
)


def upgrade() -> None:
    for name, kind, default in COLUMNS:
        op.add_column("quiz_admission", sa.Column(name, kind, nullable=False, server_default=default))
    with op.batch_alter_table("quiz_admission") as batch_op:  # the code says what a new row holds
        for name, _kind, _default in COLUMNS:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("quiz_admission") as batch_op:
        for name, _kind, _default in reversed(COLUMNS):
            batch_op.drop_column(name)
