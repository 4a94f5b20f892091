"""Everyone's first page opens and shows what is theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.base import clock, db
from lms.base.users import User
from lms.gradebook import service as gradebook
from lms.quizzes.domain.states import QuizState
from lms.reports.staff_day import staff_day
from lms.reports.today import parent_day
from lms.school.models import TeachingAssignment
from tests.factories import NOON, World
from tests.lms.quizzes.factories import published

SignedIn = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("persona", "words"),
    [
        ("teacher", "Lớp tôi dạy"),
        ("subject_head", "Chưa có việc nào chờ bạn"),
        ("leader", "Điểm còn thiếu của học kì"),
        ("admin", "Cần sao lưu"),
        ("pupil", "Chào Anh"),
        ("parent", "Nguyễn Minh Anh"),
    ],
)
def test_the_first_page_suits_the_person(signed_in: SignedIn, world: World, persona: str, words: str) -> None:
    answer = signed_in(persona).get("/")
    assert answer.status_code == 200
    assert words in answer.text


@pytest.mark.usefixtures("on_a_school_day")
@pytest.mark.parametrize(
    ("persona", "count"),
    [("teacher", 17), ("leader", 17), ("admin", 21), ("parent", 10), ("pupil", 7)],
)
def test_the_first_page_asks_a_fixed_number_of_times(
    signed_in: SignedIn, world: World, queries: list[str], persona: str, count: int
) -> None:
    client = signed_in(persona)
    with db.transaction() as session:
        for number in range(3):
            published(session, world, at=clock.now(), column_semester=1, column_key=f"tx{number + 1}")
            published(session, world, at=clock.now())
        teacher = world.actor(session, "teacher")
        gradebook.open_gradebook(
            session, teacher, world.class_8a2.uid, world.maths.uid, world.semester.uid, at=clock.now()
        )
    queries.clear()
    assert client.get("/").status_code == 200
    assert len(queries) == count


def test_a_new_school_is_told_its_first_acts(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        session.query(TeachingAssignment).delete()
    page = signed_in("admin").get("/").text
    assert "Phân công giảng dạy; trang lớp học tự được mở" in page
    assert "Những việc để trường bắt đầu" not in signed_in("leader").get("/").text


def test_a_wish_to_unlock_leads_to_the_gradebook(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        book = gradebook.open_gradebook(
            session, teacher, world.class_8a2.uid, world.maths.uid, world.semester.uid, at=NOON
        )
        gradebook.lock(session, world.actor(session, "leader"), book.uid, at=NOON)
        gradebook.ask_unlock(session, teacher, book.uid, "nhập nhầm điểm")
        uid = book.uid
    page = signed_in("leader").get("/").text
    assert "Đề nghị mở khoá sổ điểm Toán 8A2: nhập nhầm điểm" in page
    assert f'href="/gradebook/{uid}"' in page


def test_closed_tests_wait_to_be_released(session: Session, world: World) -> None:
    quiz = published(session, world)
    quiz.state, quiz.closed_at = QuizState.CLOSED, NOON
    session.flush()
    actor = world.actor(session, "teacher")
    assert staff_day(session, actor, at=NOON).to_release == [quiz]
    quiz.released_at = NOON
    session.flush()
    assert staff_day(session, actor, at=NOON).to_release == []


def test_the_homeroom_teacher_sees_who_has_no_password(session: Session, world: World) -> None:
    session.get_one(User, world.classmate.id).password_hash = None
    session.flush()
    [one] = staff_day(session, world.actor(session, "teacher"), at=NOON).homerooms
    assert (one.school_class.name, one.pupils, one.without_password) == ("8A2", 2, 1)


def test_a_parent_sees_what_comes_for_the_child(session: Session, world: World) -> None:
    quiz = published(session, world)
    [child] = parent_day(session, world.actor(session, "parent"), at=NOON).children
    assert [(one.quiz.id, one.done) for one in child.due] == [(quiz.id, False)]


def test_a_parent_sees_no_other_child(signed_in: SignedIn, world: World) -> None:
    assert world.classmate.full_name not in signed_in("parent").get("/").text


def test_reports_are_for_those_who_answer_for_the_school(signed_in: SignedIn, world: World) -> None:
    assert "Học sinh có tài khoản đã dùng" in signed_in("leader").get("/reports").text
    assert "Học sinh có tài khoản đã dùng" not in signed_in("teacher").get("/reports").text
