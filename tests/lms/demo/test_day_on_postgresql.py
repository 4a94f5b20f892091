"""The demo school is made on PostgreSQL too, by the same verbs: its locks and types differ."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lms.app import create_app
from lms.base import audit, db
from lms.base.config import Settings
from lms.demo.build import build_at_work
from lms.migrations import upgrade


@pytest.mark.postgres
def test_the_school_at_work_is_made_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    app = create_app(
        Settings(data_dir=tmp_path, database_url=postgres_url, secret_key="demo", environment="test", mail_url="file:")
    )
    engine = app.extensions["gieo_engine"]
    upgrade(engine)
    with db.transaction() as session:
        made = build_at_work(session, at=datetime(2026, 11, 18, 5, 0, tzinfo=UTC))
    with db.transaction() as session:
        assert audit.verify(session, made.school.id).holds
    engine.dispose()
