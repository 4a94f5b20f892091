"""The first page of an empty installation gives a school that can be used at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.app import create_app
from lms.base import db
from lms.base.config import Settings
from lms.base.subjects import Subject, SubjectGroup
from lms.base.users import School, User
from lms.school.models import GradePeriods, SchoolYear
from tests.factories import PASSWORD, World

FORM = {
    "school_name": "Trường THCS Sông Mã",
    "school_code": "thcs-song-ma",
    "level": "lower_secondary",
    "full_name": "Lò Văn Thiện",
    "sign_in_name": "quantri",
    "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def empty(settings: Settings) -> Iterator[Flask]:
    """The application on a database without a school."""
    app = create_app(settings)
    db.Base.metadata.create_all(app.extensions["gieo_engine"])
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    yield app
    app.extensions["gieo_engine"].dispose()


@pytest.mark.parametrize(("level", "subjects", "groups"), [("lower_secondary", 13, 8), ("primary", 12, 3)])
def test_set_up_makes_a_usable_school(empty: Flask, level: str, subjects: int, groups: int) -> None:
    client = empty.test_client()
    assert client.get("/sign-in").location == "/setup"
    assert "Trung học cơ sở" in client.get("/setup").text
    assert client.post("/setup", data=FORM | {"level": level}).status_code == 303
    with db.open_session(writes=False) as session:
        assert session.scalar(select(School.level)) == level
        assert session.scalar(select(func.count()).select_from(Subject)) == subjects
        assert session.scalar(select(func.count()).select_from(SubjectGroup)) == groups
        year = session.scalars(select(SchoolYear)).one()
        assert year.current
        assert [one.number for one in year.semesters] == [1, 2]
        assert session.scalar(select(func.count()).select_from(GradePeriods)) >= 40
    assert client.post("/sign-in", data={"sign_in_name": "quantri", "password": PASSWORD}).status_code == 303
    page = client.get("/school")
    assert page.status_code == 200
    assert "Năm học" in page.text
    assert client.get("/courses").status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"level": "university"}, {"password": "12345678", "again": "12345678"}, {"school_code": "có dấu"}]
)
def test_what_is_wrong_is_said_and_nothing_is_made(empty: Flask, wrong: dict[str, str]) -> None:
    assert empty.test_client().post("/setup", data=FORM | wrong).status_code == 422
    with db.open_session(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(School)) == 0
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_a_second_school_is_not_made_here(app: Flask, world: World) -> None:
    assert app.test_client().get("/setup").status_code == 404
    assert app.test_client().post("/setup", data=FORM).status_code == 404
