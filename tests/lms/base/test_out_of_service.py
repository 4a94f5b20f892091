"""A database that cannot serve: people are told to come back, nobody is told of a bug, and a bug is still one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from lms.base import db
from tests.factories import World

SignedIn = Callable[[str], FlaskClient]


def refused(app: Flask, client: FlaskClient, world: World) -> str:
    answer = client.post(f"/courses/{world.course.uid}/sections", data={"title": "Chương II. Hàm số"})
    assert answer.status_code == 503
    with db.open_session(writes=False) as session:
        assert not session.scalar(text("SELECT count(*) FROM course_section WHERE title = 'Chương II. Hàm số'"))
    return answer.text


def test_a_full_disk_is_told_as_such(app: Flask, signed_in: SignedIn, world: World) -> None:
    client = signed_in("teacher")
    app.config["PROPAGATE_BUGS"] = False
    engine = app.extensions["gieo_engine"]

    @event.listens_for(engine, "before_cursor_execute")
    def full(connection: object, cursor: sqlite3.Cursor, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT"):
            cursor.execute("PRAGMA max_page_count = 1")  # no page more than there are
            cursor.execute("CREATE TABLE ballast AS SELECT zeroblob(100000) AS bytes")

    assert "Hệ thống đang bận" in refused(app, client, world)


def test_a_commit_that_fails_is_told_too(app: Flask, signed_in: SignedIn, world: World) -> None:
    client = signed_in("teacher")
    app.config["PROPAGATE_BUGS"] = app.testing = False

    @event.listens_for(app.extensions["gieo_engine"], "commit")
    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", None, psycopg.OperationalError("the connection is lost"))

    assert "Hệ thống đang bận" in refused(app, client, world)


@pytest.mark.parametrize("statement", ["SELECT nothing FROM nowhere", "SELEKT"])
def test_nonsense_is_not_trouble(app: Flask, statement: str) -> None:
    with db.open_session(writes=False) as session, pytest.raises(OperationalError) as caught:
        session.execute(text(statement))
    assert not db.is_out_of_service(caught.value)
    assert not db.is_out_of_service(ValueError())
    assert not db.is_out_of_service(None)
