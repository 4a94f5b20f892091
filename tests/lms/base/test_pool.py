"""Connections to PostgreSQL that broke while they lay idle are found before they are used."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from lms.base import db
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def engine(postgres_url: str) -> Any:
    engine = db.connect(postgres_url)
    yield engine
    engine.dispose()


def pid(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_broken_connection_is_replaced_before_use(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pid(engine)
    killer = db._postgresql(postgres_url)
    with killer.connect() as connection:
        assert connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first}).scalar_one()
    killer.dispose()
    monkeypatch.setattr(db, "IDLE_SECONDS", 0.0)
    assert pid(engine) != first


def test_a_busy_connection_is_not_asked_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    original = engine.dialect.do_ping
    monkeypatch.setattr(engine.dialect, "do_ping", lambda connection: asked.append(connection) or original(connection))
    monkeypatch.setattr(db, "IDLE_SECONDS", 3600.0)
    assert pid(engine) == pid(engine)
    assert asked == []
    monkeypatch.setattr(db, "IDLE_SECONDS", 0.0)
    assert pid(engine) == pid(engine)
    assert len(asked) == 2
