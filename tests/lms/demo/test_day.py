"""The demo school at work: all there, true to its own log, and the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.base import audit, db
from lms.base.config import Settings
from lms.base.users import User
from lms.courses import service as courses
from lms.demo import office
from lms.demo.bank_informatics import informatics
from lms.demo.bank_maths import maths
from lms.demo.build import build_at_work
from lms.demo.drawings import DRAWINGS, drawing, paper
from lms.demo.people import DemoSchool
from lms.gradebook import service as gradebook
from lms.migrations import upgrade
from lms.quizzes.models import AttemptScore, Quiz
from lms.quizzes.service import taking
from lms.quizzes.service.reading import get_quiz
from lms.school.service import load_actor
from materials import api as materials
from question_bank import api as bank

NOON = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> DemoSchool:
    """The school, made once; its database stays open behind `db`."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(Settings(data_dir=folder, secret_key="demo", environment="test", mail_url="file:"))
    upgrade(app.extensions["gieo_engine"])
    with db.transaction() as session:
        return build_at_work(session, at=NOON)


@pytest.fixture
def reading(school: DemoSchool) -> Session:
    return db.open_session(writes=False)


def _user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.sign_in_name == name)).one()


def test_one_quiz_is_over_and_one_can_be_taken_now(school: DemoSchool, reading: Session) -> None:
    over, *_practice, running = reading.scalars(select(Quiz).order_by(Quiz.opens_at)).all()
    assert over.released_at is not None
    assert reading.scalar(select(func.count()).select_from(AttemptScore)) == 40
    assert not reading.scalars(select(AttemptScore).where(AttemptScore.waiting > 0)).all()
    pupil = load_actor(reading, _user(reading, "8a2.01"))
    page = taking.start_page(reading, pupil, running.uid, at=NOON)
    assert page.may_begin
    assert page.questions == 14
    assert get_quiz(reading, pupil, over.uid).duration == timedelta(minutes=35)


def test_marks_stand_and_a_parent_sees_them(school: DemoSchool, reading: Session) -> None:
    parent = load_actor(reading, _user(reading, "ph.8a2.01"))
    child = _user(reading, "8a2.01")
    _child, marks = gradebook.marks_of_child(reading, parent, child.uid, school.semesters[0])
    of_maths = next(one for one in marks if one.subject.code == "toan")
    assert [column.key for column, cell in of_maths.columns if cell.mark is not None] == ["tx1", "tx2", "tx3"]
    assert len(marks) == 6


def test_lessons_bank_and_library_hold_what_they_should(school: DemoSchool, reading: Session) -> None:
    teacher = load_actor(reading, _user(reading, "gv.toan8"))
    pupil = load_actor(reading, _user(reading, "8a2.01"))
    course, sections = courses.course_page(reading, teacher, school.courses["8A2", "Toán"].uid, at=NOON)
    shown = courses.shown_activities(reading, pupil, course, sections, at=NOON)
    seen = [one.kind for _section, lines in shown for one in lines]
    assert sorted(seen) == ["lesson", "lesson", "lesson", "material", "quiz", "quiz", "quiz"]
    rule = bank.DrawRule(school.subjects["Toán"].id)
    assert bank.count_matching(reading, teacher, rule) >= 40
    states = reading.scalars(select(materials.Edition.state)).all()
    assert set(states) == {"approved", "submitted", "changes_requested", "draft"}
    assert len(states) == 8


def test_the_log_tells_it_all_and_holds(school: DemoSchool, reading: Session) -> None:
    verdict = audit.verify(reading, school.school.id)
    assert verdict.holds
    assert verdict.entries > 300


def test_every_kind_of_question_is_there_and_whole() -> None:
    asked = [*maths(), *informatics()]
    assert {one.draft.body.type for one in asked} == set(bank.ItemType) - {bank.ItemType.DESCRIPTION}
    assert len(maths()) >= 45
    assert len(informatics()) == 12
    names = [one.name for one in asked if one.name]
    assert len(names) == len(set(names))


def test_files_are_small_and_the_same_each_time() -> None:
    for name in DRAWINGS:
        assert drawing(name) == drawing(name)
        assert len(drawing(name)) < 20_000
    assert paper("Phiếu", ("Câu 1",)).startswith(b"%PDF")
    assert office.slides_file([("Một", ["hai"])]) == office.slides_file([("Một", ["hai"])])


def test_office_files_name_only_parts_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    path.write_bytes(office.slides_file([("Một", ["hai"]), ("Ba", ["bốn"])]))
    with ZipFile(path) as pack:
        names = set(pack.namelist())
        listed = pack.read("[Content_Types].xml").decode()
    assert all(f"/{name}" in listed for name in names if name.endswith(".xml") and name != "[Content_Types].xml")
