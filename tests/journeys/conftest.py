"""The demo school, on SQLite and on PostgreSQL, with forms that ask for their tokens as in real life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from lms.base import db
from lms.base.config import Settings
from lms.demo.build import build_into
from lms.migrations import upgrade
from lms.quizzes.hot import checking

SEPTEMBER = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application with the demo school in it, before anything was taught."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    checking.forget()  # forms of the other database may bear the same numbers
    app = create_app(
        Settings(data_dir=tmp_path, database_url=url, secret_key="journey", environment="test", mail_url="file:")
    )
    engine = app.extensions["gieo_engine"]
    upgrade(engine)
    with db.transaction() as session:
        build_into(session, at=SEPTEMBER)
    yield app
    engine.dispose()
