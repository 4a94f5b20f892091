"""Many rows by one statement: every kind of column comes back as it went in, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Text, select

from lms.base import db
from lms.base.bulk import add_rows
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
THINGS = Table(
    "bulk_thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(40)),
    Column("note", Text),
    Column("share", db.FractionText),
    Column("at", db.UtcDateTime),
    Column("answer", JSON),
    Column("held", Boolean),
)
ROWS = [
    {
        "name": "Nguyễn \"An\" \\ 'Bình'",
        "note": "dòng một\ndòng hai",
        "share": Fraction(1, 3),
        "at": datetime(2026, 11, 23, 5, 0, 0, 123456, tzinfo=UTC),
        "answer": {"gaps": {"g1": "Huế & <b>"}, "order": [1, None, True]},
        "held": True,
    },
    {"name": None, "note": "", "share": None, "at": None, "answer": {}, "held": False},
]


@pytest.fixture(params=["sqlite", "postgresql"])
def _database(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[None]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/b.db"
    engine = db.connect(url)
    THINGS.metadata.create_all(engine)
    yield
    engine.dispose()


@pytest.mark.usefixtures("_database")
def test_rows_come_back_as_they_went_in() -> None:
    with db.transaction() as session:
        add_rows(session, THINGS, [])
        add_rows(session, THINGS, ROWS)
        add_rows(session, THINGS, ROWS * 200)
    with db.transaction() as session:
        found = session.execute(select(THINGS).order_by(THINGS.c.id)).all()
    assert [dict(row._mapping) for row in found] == [{"id": place, **row} for place, row in enumerate(ROWS * 201, 1)]
