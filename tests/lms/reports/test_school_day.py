"""What the head of school finds in the morning."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.base import audit, clock, db
from lms.base.errors import Forbidden
from lms.gradebook import service as gradebook
from lms.gradebook.domain.cells import Cell, State, mark_cell
from lms.gradebook.domain.circular22 import VERSIONS
from lms.gradebook.domain.columns import Kind
from lms.gradebook.models import Gradebook
from lms.reports.missing_marks import SubjectMarks, missing_marks
from lms.reports.school_day import SchoolDay, school_day
from lms.school.models import Enrolment
from tests.factories import NOON, World
from tests.lms.quizzes.factories import begun, published


def day_of(session: Session, world: World) -> SchoolDay:
    return school_day(session, world.actor(session, "leader"), at=NOON)


def opened(session: Session, world: World) -> Gradebook:
    teacher = world.actor(session, "teacher")
    return gradebook.open_gradebook(session, teacher, world.class_8a2.uid, world.maths.uid, world.semester.uid, at=NOON)


def put(session: Session, world: World, book: Gradebook, pupil: str, key: str, cell: Cell) -> None:
    gradebook.set_mark(
        session, world.actor(session, "teacher"), book.uid, getattr(world, pupil).uid, key, cell, at=NOON
    )


def maths_line(session: Session, world: World) -> SubjectMarks:
    found = missing_marks(session, world.actor(session, "leader"), at=NOON)
    assert found is not None
    return next(line for line in found.subjects if line.subject.id == world.maths.id)


@pytest.mark.parametrize("persona", ["teacher", "subject_head", "admin", "pupil"])
def test_the_day_of_the_school_is_for_its_head(session: Session, world: World, persona: str) -> None:
    with pytest.raises(Forbidden):
        school_day(session, world.actor(session, persona), at=NOON)


def test_tests_that_feed_the_gradebook_stand_apart_from_practice(session: Session, world: World) -> None:
    hour = timedelta(hours=1)
    now = published(session, world, opens_at=NOON - hour, closes_at=NOON + hour, column_semester=1, column_key="gk")
    tonight = published(
        session, world, opens_at=NOON + 3 * hour, closes_at=NOON + 4 * hour, column_semester=1, column_key="tx1"
    )
    tomorrow = published(
        session, world, opens_at=NOON + 24 * hour, closes_at=NOON + 25 * hour, column_semester=1, column_key="tx2"
    )
    published(session, world, opens_at=NOON - hour, closes_at=NOON + hour)  # practice
    published(
        session, world, opens_at=NOON + 200 * hour, closes_at=NOON + 201 * hour, column_semester=1, column_key="ck"
    )
    day = day_of(session, world)
    assert [(one.quiz.id, one.opens) for one in day.today] == [(now.id, True), (tonight.id, False)]
    assert [quiz.id for quiz in day.week] == [tomorrow.id]
    assert day.practice == 1


def test_a_running_test_says_how_far_the_class_is(session: Session, world: World) -> None:
    quiz = published(session, world, column_semester=1, column_key="gk")
    begun(session, world, quiz)
    [one] = day_of(session, world).today
    assert (one.working, one.done) == (1, 0)


def test_another_school_s_tests_are_not_there(session: Session, world: World) -> None:
    published(session, world, column_semester=1, column_key="gk").school_id = world.other_school.id
    session.flush()
    assert day_of(session, world).today == []


def test_missing_marks_count_what_the_circular_asks_for(session: Session, world: World) -> None:
    book = opened(session, world)
    book.regular = book.required + 1
    for number in range(1, book.regular + 1):  # one more than asked for does not make up for the classmate
        put(session, world, book, "pupil", f"tx{number}", mark_cell(Decimal(8), VERSIONS[0]))
    put(session, world, book, "pupil", "gk", Cell(State.EXCUSED))
    put(session, world, book, "classmate", "gk", Cell(State.MAKE_UP))
    line = maths_line(session, world)
    assert line.missing == {Kind.REGULAR: book.required, Kind.MIDTERM: 1, Kind.FINAL: 2}
    assert (line.opened, line.not_opened) == (1, 1)  # 8A1 has a teacher and no gradebook yet


def test_a_pupil_who_left_owes_no_marks(session: Session, world: World) -> None:
    book = opened(session, world)
    put(session, world, book, "classmate", "gk", mark_cell(Decimal(8), VERSIONS[0]))
    session.query(Enrolment).filter_by(pupil_id=world.classmate.id).update({"until_on": NOON.date()})
    assert maths_line(session, world).missing[Kind.MIDTERM] == 1


def test_the_semester_says_how_long_it_runs(session: Session, world: World) -> None:
    found = missing_marks(session, world.actor(session, "leader"), at=NOON)
    assert found is not None
    assert found.days_left == (world.semester.ends_on - NOON.date()).days
    assert [line.subject.id for line in found.untouched] == [world.informatics.id, world.maths.id]


def test_a_wish_to_unlock_waits_for_another_leader_only(session: Session, world: World) -> None:
    book = opened(session, world)
    leader = world.actor(session, "leader")
    gradebook.lock(session, leader, book.uid, at=NOON)
    gradebook.ask_unlock(session, world.actor(session, "teacher"), book.uid, "nhập nhầm điểm")
    assert day_of(session, world).unlocks == [book]
    gradebook.ask_unlock(session, leader, book.uid, "kiểm tra lại")
    assert day_of(session, world).unlocks == []


@pytest.fixture
def acts(app: Flask, world: World) -> None:
    with db.transaction() as session:
        for kind in ("lesson.saved", "gradebook.locked", "account.signed_in"):
            audit.record(session, world.actor(session, "teacher"), kind, "thing")


@pytest.mark.usefixtures("acts")
def test_only_acts_worth_knowing_are_shown(session: Session, world: World) -> None:
    day = school_day(session, world.actor(session, "leader"), at=clock.now())
    assert [(line.who, line.act) for line in day.acts] == [(world.teacher.full_name, "khoá sổ điểm")]
