"""The library on the other database and with the other search engine."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.app import create_app
from lms.base import db
from lms.base.config import Settings
from lms.base.errors import AppError
from materials import api
from materials.catalogue.models import Edition
from materials.review import service as review
from question_bank.api import find_outcomes, install_shipped
from tests import factories
from tests.conftest import sign_in
from tests.factories import NOON, World
from tests.materials.samples import in_state


def school(app: Flask) -> World:
    db.Base.metadata.create_all(app.extensions["gieo_engine"])
    with db.transaction() as session:
        world = factories.make_world(session)
    with db.transaction() as session:
        install_shipped(session, world.school.id, at=NOON)
    return world


def play(app: Flask, world: World) -> None:
    """Approve, find, put into a class, renew, withdraw."""
    with db.transaction() as session:
        uid = in_state(session, world, "approved").uid
        in_state(session, world, "superseded", title="Đường trung bình của tam giác")
    colleague, pupil = sign_in(app, world.colleague), sign_in(app, world.pupil)
    assert colleague.get("/library?q=duong+trung+binh&subject=toan&grade=8").text.count("<article") == 1
    assert colleague.get("/library").text.count("<article") == 2
    assert pupil.get("/library").text.count("<article") == 0
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        api.put_into_class(session, teacher, uid, class_id=world.class_8a2.id, place="p", at=NOON)
        assert find_outcomes(session, teacher, subject_code="toan", grade="8", typed="thales")
    assert pupil.get("/library?q=can+dia").text.count("<article") == 1
    head = sign_in(app, world.subject_head)
    assert head.post(f"/library/{uid}/withdraw", data={"note": "Sai."}).status_code == 303
    assert pupil.get("/library").text.count("<article") == 0
    assert colleague.get("/library/mine").status_code == 200
    assert head.get("/library/review").status_code == 200


def test_with_whoosh(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, secret_key="x", environment="test", search_engine="whoosh"))
    app.config["WTF_CSRF_ENABLED"] = False
    play(app, school(app))
    assert (tmp_path / "search" / "whoosh").is_dir()
    app.extensions["gieo_engine"].dispose()


def test_an_engine_nobody_knows_is_refused_at_the_start(settings: Settings) -> None:
    with pytest.raises(ValueError, match="xapian"):
        create_app(replace(settings, search_engine="xapian"))


@pytest.mark.postgres
def test_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    app = create_app(Settings(data_dir=tmp_path, secret_key="x", environment="test", database_url=postgres_url))
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        world = school(app)
        play(app, world)
        two_heads_at_once(world)
    finally:
        app.extensions["gieo_engine"].dispose()


def two_heads_at_once(world: World) -> None:
    """One approves, one sends back: exactly one of them is heard."""
    with db.transaction() as session:
        uid = in_state(session, world, "submitted", title="Hai người cùng duyệt").uid
    together = threading.Barrier(2, timeout=120)
    heard: list[str] = []

    def decide(act: str) -> None:
        try:
            with db.transaction() as session:
                head = world.actor(session, "subject_head")
                together.wait()
                if act == "approve":
                    review.approve(session, head, uid, at=NOON)
                else:
                    review.request_changes(session, head, uid, note="Sửa.", at=NOON)
            heard.append(act)
        except AppError:
            pass

    threads = [threading.Thread(target=decide, args=(act,)) for act in ("approve", "return")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.open_session(writes=False) as session:
        state = session.scalars(select(Edition.state).where(Edition.uid == uid)).one()
    assert {"approve": "approved", "return": "changes_requested"}[heard[0]] == state
    assert len(heard) == 1
