"""A session that only reads: no transaction, no writing, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from lms.app import load_models
from lms.base import clock, db
from lms.base.users import School
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/r.db"
    load_models()
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def school(code: str) -> School:
    return School(code=code, name="Trường thử", created_at=clock.now())


def test_it_refuses_to_write(engine: Engine) -> None:
    with db.open_reading() as session:
        session.add(school("a"))
        with pytest.raises(RuntimeError):
            session.commit()
    with db.open_session(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(School)) == 0


def test_each_statement_sees_what_is_there_and_connections_go_back_as_they_were(engine: Engine) -> None:
    count = select(func.count()).select_from(School)
    with db.open_reading() as session:
        assert session.scalar(count) == 0
        with db.transaction() as writing:
            writing.add(school("a"))
        assert session.scalar(count) == 1
    with db.open_session(writes=True) as undone:
        undone.add(school("b"))
        undone.flush()
        undone.rollback()
    with db.open_reading() as session:
        assert session.scalar(count) == 1


def test_nothing_begins(engine: Engine) -> None:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_more: said.append(statement))
    with db.open_reading() as session:
        session.scalars(select(School.id)).all()
        session.commit()
    assert len(said) == 1
