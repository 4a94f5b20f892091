"""Since when a school is led, and who asked for a new password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LED_ALREADY = """
    UPDATE school SET led_since = created_at WHERE EXISTS (
        SELECT 1 FROM user_account JOIN role_grant ON role_grant.user_id = user_account.id
        WHERE user_account.school_id = school.id AND role_grant.role = 'leader'
        AND user_account.password_hash IS NOT NULL AND NOT user_account.must_change_password
        AND NOT EXISTS (
            SELECT 1 FROM role_grant AS other WHERE other.user_id = user_account.id AND other.role = 'admin'
        )
    )
"""


def upgrade() -> None:
    op.add_column("school", sa.Column("led_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_account", sa.Column("password_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_account", sa.Column("password_asked_by_id", sa.Integer(), nullable=True))
    op.execute(LED_ALREADY)


def downgrade() -> None:
    op.drop_column("user_account", "password_asked_by_id")
    op.drop_column("user_account", "password_asked_at")
    op.drop_column("school", "led_since")
