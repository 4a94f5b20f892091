"""The schema that the revisions build is the schema of the tables, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from lms.app import load_models
from lms.base import db
from lms.base.errors import Conflict
from lms.migrations import _config, upgrade
from tests.postgres import Server


def triggers(engine: Engine) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return sorted(connection.scalars(text(query)))


def check_both_ways(migrated: Engine, created: Engine) -> None:
    load_models()
    upgrade(migrated)
    upgrade(migrated)  # a second time changes nothing
    db.Base.metadata.create_all(created)
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []
    tables = set(inspect(migrated).get_table_names()) - {"alembic_version"}
    assert tables == set(inspect(created).get_table_names())
    assert triggers(migrated) == triggers(created)


def test_sqlite_is_built_alike_both_ways(tmp_path: Path) -> None:
    engines = [create_engine(f"sqlite:///{tmp_path / name}.db") for name in ("migrated", "created")]
    check_both_ways(engines[0], engines[1])
    for engine in engines:
        engine.dispose()


def test_a_database_of_unknown_shape_is_left_alone(tmp_path: Path) -> None:
    load_models()
    engine = create_engine(f"sqlite:///{tmp_path / 'unknown.db'}")
    db.Base.metadata.create_all(engine)
    with pytest.raises(Conflict, match="không do một bản phát hành"):
        upgrade(engine)
    engine.dispose()


NEW_SCHOOL = (
    "INSERT INTO school (id, uid, code, name, level, timezone, created_at) VALUES (?1, ?1, ?1, '', '', '', 'now')"
)
NEW_PERSON = """
    INSERT INTO user_account (id, uid, school_id, sign_in_name, full_name, sort_name, source, password_hash,
        must_change_password, session_epoch, language, created_at)
    VALUES (?1, ?1, ?1, ?1, '', '', '', ?2, ?3, 0, 'vi', 'now')
"""
NEW_ROLE = "INSERT INTO role_grant (user_id, role, granted_at) VALUES (?, ?, 'now')"


def test_a_school_whose_leader_is_in_already_counts_as_led(tmp_path: Path) -> None:
    """Revision 0007: who is still on a first password, who administers, too, and who has none do not count."""
    load_models()
    engine = create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    leaders = (
        ("hash", 0, ["leader"]),
        ("hash", 1, ["leader"]),
        ("hash", 0, ["leader", "admin"]),
        (None, 0, ["leader"]),
    )
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for number, (password, first, roles) in enumerate(leaders, 1):
            connection.exec_driver_sql(NEW_SCHOOL, (number,))
            connection.exec_driver_sql(NEW_PERSON, (number, password, first))
            for role in roles:
                connection.exec_driver_sql(NEW_ROLE, (number, role))
    upgrade(engine)
    with engine.connect() as connection:
        led = connection.scalars(text("SELECT id FROM school WHERE led_since IS NOT NULL")).all()
    engine.dispose()
    assert led == [1]


@pytest.mark.postgres
def test_postgresql_is_built_alike_both_ways(postgres_server: Server) -> None:
    names = [postgres_server.create(), postgres_server.create()]
    engines = [create_engine(postgres_server.url(name)) for name in names]
    try:
        check_both_ways(engines[0], engines[1])
    finally:
        for engine, name in zip(engines, names, strict=True):
            engine.dispose()
            postgres_server.drop(name)
