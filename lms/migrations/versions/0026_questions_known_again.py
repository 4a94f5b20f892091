"""By what a question of a file is known again, and which version of an older question it became."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_draft", sa.Column("content_sha256", sa.String(64), server_default="", nullable=False))
    op.add_column("import_draft", sa.Column("version_uid", sa.String(36), server_default="", nullable=False))
    op.create_index("ix_import_batch_sha256", "import_batch", ["school_id", "owner_id", "sha256"])
    op.create_index("ix_item_version_sha256", "item_version", ["school_id", "subject_id", "sha256"])


def downgrade() -> None:
    op.drop_index("ix_item_version_sha256", "item_version")
    op.drop_index("ix_import_batch_sha256", "import_batch")
    op.drop_column("import_draft", "version_uid")
    op.drop_column("import_draft", "content_sha256")
